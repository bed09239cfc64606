import { readdirSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';

/**
 * A third of what each other gets of a processor that has more to do than it can. Not less: whoever holds a chunk has to say so every
 * few seconds, and a worker that starts among busy neighbours should be there soon.
 */
const WORKER_PRIORITY = 5;

/** Linux keeps a priority for each thread (setpriority(2)): without the others', those that collect garbage go on as before. */
const threads = (): number[] => {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [process.pid];
  }
};

/**
 * On a machine that gateways and workers share, those come first who have somebody waiting. Where nobody else wants the processor, it
 * changes nothing; where the system does not allow it, neither. A worker that was started with less keeps to that. To be called at the
 * start: threads that come later have the priority of who made them.
 */
export const yieldToOthers = (): void => {
  for (const thread of threads())
    try {
      if (getPriority(thread) < WORKER_PRIORITY) setPriority(thread, WORKER_PRIORITY);
    } catch {
      // No worse than without; and it may have ended meanwhile.
    }
};
