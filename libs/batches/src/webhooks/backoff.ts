const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Three days and a quarter: a receiver that breaks on a Friday evening hears on Monday. https://www.standardwebhooks.com */
const STEPS_MS = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
] as const;

/** No receiver may ask for a longer wait. */
const LONGEST_MS = 24 * HOUR;

/** So much is added at most, so that what failed together does not come back together. */
const JITTER = 0.2;

/**
 * How long to wait after the so-manyth failure of an event, from 1, in milliseconds; undefined when it is given up. `random` is from
 * 0 to 1. A receiver's `retry-after` only lengthens a wait.
 */
export const backoffMs = (
  failures: number,
  { retryAfterMs = 0, random }: { retryAfterMs?: number | undefined; random: number },
): number | undefined => {
  const step = STEPS_MS[failures - 1];
  return step && Math.round(Math.max(step * (1 + JITTER * random), Math.min(retryAfterMs, LONGEST_MS)));
};
