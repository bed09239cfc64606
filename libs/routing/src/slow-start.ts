const WINDOW_MS = 30_000;
const LEAST = 0.1;

/**
 * The share of its weight that a deployment gets so many milliseconds after it came back: a tenth at first, all of it after half
 * a minute. Whatever comes back is cold, and the traffic that was waiting for it is not. Envoy's slow start, linear.
 */
export const slowStart = (sinceMs: number): number => (sinceMs >= WINDOW_MS ? 1 : Math.max(LEAST, sinceMs / WINDOW_MS));
