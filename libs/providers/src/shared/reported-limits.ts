import type { LimitDimension, ReportedLimit } from '#core';
import { resetMs } from './reset-ms.js';
import { firstValue, type ResponseHeaders } from './response-headers.js';

/** The names of the three headers that tell of one limit. */
export interface LimitHeaders {
  dimension: LimitDimension;
  limit: string;
  remaining: string;
  reset: string;
}

const NOTHING: readonly ReportedLimit[] = Object.freeze([]);

/** A whole number from 0; Azure says -1 for what it does not know. */
const countOf = (value: string | string[] | undefined): number | undefined => {
  const text = firstValue(value);
  const count = text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(count) ? count : undefined;
};

const read = (names: LimitHeaders, headers: ResponseHeaders, now: () => number): ReportedLimit | undefined => {
  const remaining = countOf(headers[names.remaining]);
  const limit = countOf(headers[names.limit]);
  // Nothing left of nothing: this limit is not in use.
  if (remaining === undefined || (remaining === 0 && limit === 0)) return undefined;
  const reset = firstValue(headers[names.reset]);
  return {
    dimension: names.dimension,
    limit: limit === 0 ? undefined : limit,
    remaining,
    resetMs: reset === undefined ? undefined : resetMs(reset, headers, now),
  };
};

/** What an answer's headers tell of limits; what cannot be made out is left out. Where nothing is told it costs a look for each limit. */
export const readReported = (
  limits: readonly LimitHeaders[],
  headers: ResponseHeaders,
  now: () => number,
): readonly ReportedLimit[] => {
  let found: ReportedLimit[] | undefined;
  for (const names of limits) {
    if (headers[names.remaining] === undefined) continue;
    const limit = read(names, headers, now);
    if (limit) (found ??= []).push(limit);
  }
  return found ?? NOTHING;
};
