import type { ReportedLimit } from '#core';
import { type LimitHeaders, readReported } from '../shared/reported-limits.js';
import type { ResponseHeaders } from '../shared/response-headers.js';

const headersOf = (dimension: LimitHeaders['dimension']): LimitHeaders => ({
  dimension,
  limit: `x-ratelimit-limit-${dimension}`,
  remaining: `x-ratelimit-remaining-${dimension}`,
  reset: `x-ratelimit-reset-${dimension}`,
});

const LIMITS = (['requests', 'tokens'] as const).map(headersOf);

/** The limits that OpenAI, and many who are compatible with it, tell of. https://platform.openai.com/docs/guides/rate-limits */
export const readLimits = (headers: ResponseHeaders, now: () => number): readonly ReportedLimit[] =>
  readReported(LIMITS, headers, now);
