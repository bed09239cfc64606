import { describe, expect, it } from '@jest/globals';
import { explainAnswer } from './explain.js';
import { readLimits } from './read-limits.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const read = (headers: Record<string, string>) => readLimits(headers, () => NOW);

describe('the limits that Chat Completions tell of', () => {
  it.each([
    ['8.64s', 8_640],
    ['12ms', 12],
    ['6m0s', 360_000],
    ['30', 30_000],
    ['2026-11-22T10:00:07Z', 7_000],
    ['NaN', undefined],
    ['-1', undefined],
    ['2026-11-22T11:00:00Z', undefined],
  ])('are renewed as "%s" says', (reset, resetMs) => {
    expect(
      read({
        'x-ratelimit-limit-requests': '10000',
        'x-ratelimit-remaining-requests': '9999',
        'x-ratelimit-reset-requests': reset,
        'x-ratelimit-limit-tokens': '200000',
        'x-ratelimit-remaining-tokens': '199000',
      }),
    ).toEqual([
      { dimension: 'requests', limit: 10_000, remaining: 9_999, resetMs },
      { dimension: 'tokens', limit: 200_000, remaining: 199_000, resetMs: undefined },
    ]);
  });

  it.each<Record<string, string>>([
    {},
    { 'x-ratelimit-limit-tokens': '-1', 'x-ratelimit-remaining-tokens': '-1', 'x-ratelimit-reset-tokens': '0' },
    { 'x-ratelimit-limit-tokens': '0', 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '0' },
    { 'x-ratelimit-limit-requests': '5', 'x-ratelimit-reset-requests': '1s' },
  ])('are none in %j', (headers) => {
    expect(read(headers)).toEqual([]);
  });

  it.each([
    [{}, { error: { message: 'Slow down', type: 'requests', code: 'rate_limit_exceeded' } }, 'requests'],
    [{}, { error: { message: 'Slow down: fewer requests, please' } }, undefined],
    [{}, { error: { message: 'Rate limit reached for m on tokens per min (TPM): Limit 3' } }, 'tokens'],
    [{}, { code: 'Throttling.RateQuota', message: 'Requests rate limit exceeded' }, 'requests'],
    [{ 'x-ratelimit-remaining-requests': '0' }, { error: { message: 'Slow down' } }, 'requests'],
    [{ 'x-ratelimit-remaining-tokens': '0' }, '<html>', 'tokens'],
  ])('say what a 429 is about: %j %j', (headers, body, dimension) => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));

    expect(explainAnswer(429, headers, bytes, () => NOW).dimension).toBe(dimension);
  });
});
