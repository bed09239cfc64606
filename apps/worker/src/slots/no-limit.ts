import type { RouteLimit } from './fair-slots.js';

/** For lines that somebody waits for: each of them backs off by itself, and none is held up for another's trouble. */
export const NO_LIMIT: RouteLimit = {
  current: Number.POSITIVE_INFINITY,
  resumesAt: Number.NEGATIVE_INFINITY,
  mayBegin: () => true,
  answered: () => undefined,
  troubled: () => undefined,
  held: () => undefined,
};
