import { firstValue, type ResponseHeaders } from './response-headers.js';

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** `1s`, `6m0s`, `20ms`, `1m30.951s`: as Go writes durations. */
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/;
const NUMBER = /^\d+(?:\.\d+)?$/;
const DATE = /^(?:\d{4}-\d{2}-\d{2}|[A-Z][a-z]{2},? )/;

/** A bare number above these is no wait but a moment: seconds since 1970, or milliseconds. */
const UNIX_SECONDS = 1e9;
const UNIX_MS = 1e12;

/** The longest wait that is believed: some limits are of requests a day. */
const LONGEST_MS = 86_400_000;

/**
 * Limits that are told by the clock are of a minute. A moment further off tells of a clock that is wrong, theirs or ours; one that
 * has just passed, of a clock that counts whole seconds.
 */
const FURTHEST_MS = 300_000;
const ROUNDING_MS = 1_000;

const durationMs = (text: string): number =>
  [...text.matchAll(/(\d+(?:\.\d+)?)([a-zµ]+)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? Number.NaN),
    0,
  );

const believed = (ms: number): number | undefined => (ms <= LONGEST_MS ? ms : undefined);

/** Of the upstream's own clock where it tells the time, so that it does not matter how ours stands. */
const untilMs = (moment: number, headers: ResponseHeaders, now: () => number): number | undefined => {
  const theirs = Date.parse(firstValue(headers.date) ?? '');
  const ms = moment - (Number.isNaN(theirs) ? now() : theirs);
  return ms >= -ROUNDING_MS && ms <= FURTHEST_MS ? Math.max(0, ms) : undefined;
};

/**
 * When a limit is renewed, in milliseconds from now, however it is told: a duration with units, a number of seconds, a moment as a
 * date (RFC 3339, or that of HTTP) or since 1970. Undefined for what is none of these, or cannot be true.
 */
export const resetMs = (text: string, headers: ResponseHeaders, now: () => number): number | undefined => {
  if (NUMBER.test(text)) {
    const count = Number(text);
    if (count >= UNIX_SECONDS) return untilMs(count >= UNIX_MS ? count : count * 1_000, headers, now);
    return believed(count * 1_000);
  }
  if (DURATION.test(text)) return believed(durationMs(text));
  return DATE.test(text) ? untilMs(Date.parse(text), headers, now) : undefined;
};
