import type { Line } from './work.js';

/** Limits how many lines run at a time in this process. Given by whoever composes the worker. */
export interface LineSlots {
  /** For the very object that is given to the `LineRunner` then. Resolves with a function that gives the slot back, once; rejects with the signal's reason when it aborts before. */
  take(line: Pick<Line, 'work' | 'index'>, signal: AbortSignal): Promise<() => void>;
}
