import type { ReportedLimit } from '#core';
import { type LimitHeaders, readReported } from '../shared/reported-limits.js';
import type { ResponseHeaders } from '../shared/response-headers.js';

const headersOf = (dimension: LimitHeaders['dimension']): LimitHeaders => ({
  dimension,
  limit: `anthropic-ratelimit-${dimension}-limit`,
  remaining: `anthropic-ratelimit-${dimension}-remaining`,
  reset: `anthropic-ratelimit-${dimension}-reset`,
});

/**
 * `tokens` is the tightest of whichever token limits are in force. Those of Priority Tier and of fast mode are of contracts that
 * come on top, and the unified ones of subscriptions, which do not belong behind a gateway.
 */
const LIMITS = (['requests', 'tokens', 'input-tokens', 'output-tokens'] as const).map(headersOf);

/** The limits that the Messages API tells of with every answer. https://platform.claude.com/docs/en/api/rate-limits */
export const readLimits = (headers: ResponseHeaders, now: () => number): readonly ReportedLimit[] =>
  readReported(LIMITS, headers, now);
