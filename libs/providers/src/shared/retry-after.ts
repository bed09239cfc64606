import { firstValue, type ResponseHeaders } from './response-headers.js';

const NUMBER = /^\d+(?:\.\d+)?$/;

const positive = (ms: number): number | undefined => (ms > 0 && Number.isFinite(ms) ? ms : undefined);

/**
 * How long an upstream wants to be left alone, in milliseconds: `retry-after-ms`, else `retry-after` as seconds (also
 * with a fraction) or as a date. Zero and moments that have passed count as not said, as they do for the official SDKs.
 * A date is taken by the upstream's own clock where it sends one, else by `now`. RFC 9110, 10.2.3.
 */
export const retryAfterMs = (headers: ResponseHeaders, now: () => number): number | undefined => {
  const ms = firstValue(headers['retry-after-ms']);
  if (ms !== undefined && NUMBER.test(ms)) return positive(Number(ms));
  const after = firstValue(headers['retry-after']);
  if (after === undefined) return undefined;
  if (NUMBER.test(after)) return positive(Number(after) * 1000);
  const theirNow = Date.parse(firstValue(headers.date) ?? '');
  return positive(Date.parse(after) - (Number.isNaN(theirNow) ? now() : theirNow));
};
