import { setTimeout as pause } from 'node:timers/promises';
import type { WorkStore } from '../work-store.js';

/** How late an end is noticed when nobody tells of it. */
const LOOK_EVERY_MS = 1_000;

/** Resolves when a work has ended, or is gone, and when the signal aborts. Rejects with what Redis says. */
export const untilEnded = async ({ states, news }: WorkStore, id: string, signal: AbortSignal): Promise<void> => {
  while (!signal.aborted) {
    const told = new AbortController();
    // Before the look, so that an end right after it is not missed.
    const stop = news.listen(id, (what) => what === 'end' && told.abort());
    try {
      const work = await states.find(id);
      if (!work || work.status === 'ended') return;
      await pause(LOOK_EVERY_MS, undefined, { signal: AbortSignal.any([signal, told.signal]) }).catch(() => undefined);
    } finally {
      stop();
    }
  }
};
