const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** A timer set further ahead than 2^31 - 1 ms fires at once: https://nodejs.org/api/timers.html */
export const LONGEST_MS = 24 * UNIT_MS.d;

/** Reads `500ms`, `5s`, `1.5m`, `1h` or `29d` as milliseconds; undefined for anything else, a bare number included. */
export const parseDuration = (text: string): number | undefined => {
  const parts = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text);
  if (!parts) return undefined;
  const [, amount, unit] = parts;
  return Math.round(Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS]);
};
