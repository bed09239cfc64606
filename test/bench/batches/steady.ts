import { setTimeout as pause } from 'node:timers/promises';
import type { BatchClient } from './batch-client.js';

/** Lines with a result at a moment. */
export interface Seen {
  atMs: number;
  done: readonly number[];
}

/** What has been done of each batch, by the clock, until `isOver` says so of the last look. */
export const watch = async (
  batches: readonly { client: BatchClient; id: string }[],
  everyMs: number,
  isOver: (seen: Seen) => boolean,
): Promise<Seen[]> => {
  const all: Seen[] = [];
  for (;;) {
    const found = await Promise.all(batches.map(({ client, id }) => client.progress(id)));
    const seen = { atMs: performance.now(), done: found.map(({ done }) => done) };
    all.push(seen);
    if (isOver(seen)) return all;
    await pause(everyMs);
  }
};
