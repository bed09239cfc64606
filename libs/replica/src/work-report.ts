import type { Logger } from '#platform';

/** Faults, as against what passes by itself. */
const FAULTS = new Set(['batches.damaged', 'batches.line_failed', 'batches.chunk_failed']);

/** What is waited for is tried again every second or so, and told once in so long. */
const AGAIN_MS = 60_000;

/** Tells the log what operators should know of jobs and batches. `now` is in milliseconds. */
export const workReport = (logger: Logger, now: () => number) => {
  const told = new Map<unknown, number>();
  return (event: string, fields: Readonly<Record<string, unknown>>): void => {
    if (event === 'batches.waiting') {
      if (now() - (told.get(fields.what) ?? Number.NEGATIVE_INFINITY) < AGAIN_MS) return;
      told.set(fields.what, now());
      logger.warn({ ...fields, msg: event });
    } else {
      logger[FAULTS.has(event) ? 'error' : 'info']({ ...fields, msg: event });
    }
  };
};
