import { getPriority, setPriority } from 'node:os';

/**
 * A third of what each other gets of a processor that has more to do than it can. Not less: whoever holds a chunk has to say so every
 * few seconds.
 */
const WORKER_PRIORITY = 5;

/**
 * On a machine that gateways and workers share, those come first who have somebody waiting. Where nobody else wants the processor, it
 * changes nothing; where the system does not allow it, neither. A worker that was started with less keeps to that.
 */
export const yieldToOthers = (): void => {
  try {
    if (getPriority() < WORKER_PRIORITY) setPriority(WORKER_PRIORITY);
  } catch {
    // No worse than without.
  }
};
