import { describe, expect, it } from '@jest/globals';
import type { LimitDimension, ReportedLimit } from '#core';
import { reachedLimit } from './reached-limit.js';

const left = (dimension: LimitDimension, remaining: number, resetMs?: number): ReportedLimit => ({
  dimension,
  limit: 100,
  remaining,
  resetMs,
});

const GO_ON = 'Please reduce the prompt length or the maximum tokens requested, or try again later.';

describe('the limit that a 429 is about', () => {
  it.each<[words: string, dimension: LimitDimension]>([
    [
      `This request would exceed your organization's rate limit of 30,000 input tokens per minute (org: 1). ${GO_ON}`,
      'input-tokens',
    ],
    [
      `This request would exceed the rate limit for your organization of 8,000 output tokens per minute. ${GO_ON}`,
      'output-tokens',
    ],
    [`This request would exceed the rate limit for your organization of 50 requests per minute. ${GO_ON}`, 'requests'],
    ['Number of concurrent connections has exceeded your rate limit.', 'concurrency'],
    [
      'Rate limit reached for m in organization … on tokens per min (TPM): Limit 10000, Used 9000, Requested 2000.',
      'tokens',
    ],
    ['Rate limit reached for m in organization … on requests per min (RPM): Limit 3, Used 3, Requested 1.', 'requests'],
    ['RateLimitExceeded.EndpointRPMExceeded', 'requests'],
    ['ModelAccountTpmRateLimitExceeded', 'tokens'],
    ['Throttling.RateQuota', 'requests'],
    ['Throttling.AllocationQuota', 'tokens'],
  ])('is read from "%s"', (words, dimension) => {
    expect(reachedLimit(words, [left('requests', 0)]).dimension).toBe(dimension);
  });

  it('is the one of which nothing is left, and of several the one that comes back last', () => {
    const reported = [left('requests', 5, 9_000), left('input-tokens', 0, 100), left('output-tokens', 0, 2_000)];

    expect(reachedLimit(GO_ON, reported)).toEqual({ dimension: 'output-tokens', resetMs: 2_000 });
    expect(reachedLimit('', reported.slice(0, 2))).toEqual({ dimension: 'input-tokens', resetMs: 100 });
  });

  it('is not known where neither words nor headers tell', () => {
    expect(reachedLimit(GO_ON, [left('requests', 5, 9_000)])).toEqual({ dimension: undefined, resetMs: undefined });
    expect(reachedLimit('', [left('requests', 0, 0)]).resetMs).toBeUndefined();
  });
});
