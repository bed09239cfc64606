import { describe, expect, it } from '@jest/globals';
import { NO_USAGE } from '#core';
import { needOf, usedOf } from './amounts.js';

describe('what a request has used', () => {
  const reserved = needOf({ inputTokens: 1000, outputTokens: 200 });

  it.each([
    ['nothing, when nothing was sent', undefined, { requests: 0, input: 0, output: 0 }],
    ['what was reserved, when nobody says', NO_USAGE, { requests: 1, input: 1000, output: 200 }],
    ['what is known of it', { ...NO_USAGE, output: 7 }, { requests: 1, input: 1000, output: 7 }],
    [
      'input and what was written to caches, not what was read from them',
      { ...NO_USAGE, input: 100, cacheRead: 5000, cacheWrite5m: 20, cacheWrite1h: 3, output: 0 },
      { requests: 1, input: 123, output: 0 },
    ],
  ])('is %s', (_, usage, used) => {
    expect(usedOf(usage, reserved)).toEqual(used);
  });
});

describe('what is reserved for a request', () => {
  it('is a request and whole tokens', () => {
    expect(needOf({ inputTokens: 10.2, outputTokens: 0 })).toEqual({ requests: 1, input: 11, output: 0 });
  });

  it('is nothing for estimates that make no sense', () => {
    expect(needOf({ inputTokens: Number.NaN, outputTokens: -3 })).toEqual({ requests: 1, input: 0, output: 0 });
  });
});
