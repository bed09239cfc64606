import type { Reply } from './reply.js';

/** Events are gathered up to this many characters, because a write costs more than what it writes. */
const BATCH = 16_384;

/** Writes a stream's events as fast as the caller takes them, and no faster. */
export const sendFreely = async (reply: Reply, events: Iterable<string>): Promise<void> => {
  let batch = '';
  for (const event of events) {
    batch += event;
    if (batch.length < BATCH) continue;
    if (!(await reply.write(batch))) return;
    batch = '';
  }
  reply.end(batch);
};
