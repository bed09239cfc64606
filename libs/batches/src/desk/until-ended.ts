import { setTimeout as pause } from 'node:timers/promises';
import type { WorkNews } from '../redis/work-news.js';
import type { Work } from '../work.js';

/** How late an end is noticed when nobody tells of it. */
const LOOK_EVERY_MS = 1_000;

/** Resolves when a work has ended, or is gone, and when the signal aborts. Rejects with what `look` rejects with. */
export const untilEnded = async (
  { news, id, look }: { news: WorkNews; id: string; look: () => Promise<Work | undefined> },
  signal: AbortSignal,
): Promise<void> => {
  while (!signal.aborted) {
    const told = new AbortController();
    // Before the look, so that an end right after it is not missed.
    const stop = news.listen(id, (what) => what === 'end' && told.abort());
    try {
      const work = await look();
      if (!work || work.status === 'ended') return;
      await pause(LOOK_EVERY_MS, undefined, { signal: AbortSignal.any([signal, told.signal]) }).catch(() => undefined);
    } finally {
      stop();
    }
  }
};
