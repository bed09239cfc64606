import { describe, expect, it } from '@jest/globals';
import { createAnthropicAdapter } from './anthropic.adapter.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const adapter = createAnthropicAdapter({ now: () => NOW });

describe('the limits that the Messages API tells of', () => {
  it('are four, each with what is left and when it is full again', () => {
    expect(
      adapter.readLimits({
        'anthropic-ratelimit-requests-limit': '4000',
        'anthropic-ratelimit-requests-remaining': '3999',
        'anthropic-ratelimit-requests-reset': '2026-11-22T10:00:01Z',
        'anthropic-ratelimit-tokens-limit': '480000',
        'anthropic-ratelimit-tokens-remaining': '470000',
        'anthropic-ratelimit-tokens-reset': '2026-11-22T10:00:02Z',
        'anthropic-ratelimit-input-tokens-limit': '400000',
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-22T10:01:00Z',
        'anthropic-ratelimit-output-tokens-limit': '80000',
        'anthropic-ratelimit-output-tokens-remaining': '80000',
        'anthropic-ratelimit-output-tokens-reset': '2026-11-22T10:00:00Z',
      }),
    ).toEqual([
      { dimension: 'requests', limit: 4_000, remaining: 3_999, resetMs: 1_000 },
      { dimension: 'tokens', limit: 480_000, remaining: 470_000, resetMs: 2_000 },
      { dimension: 'input-tokens', limit: 400_000, remaining: 0, resetMs: 60_000 },
      { dimension: 'output-tokens', limit: 80_000, remaining: 80_000, resetMs: 0 },
    ]);
  });

  it.each(['NaN', '-1', '1.5', '', 'many', '1e3', '9'.repeat(30)])(
    'are left out where "%s" is said to be left',
    (text) => {
      expect(adapter.readLimits({ 'anthropic-ratelimit-requests-remaining': text })).toEqual([]);
    },
  );

  it('are told as far as they can be made out', () => {
    const told = { 'anthropic-ratelimit-requests-remaining': ['7', '9'], 'anthropic-ratelimit-requests-limit': 'x' };

    expect(adapter.readLimits(told)).toEqual([
      { dimension: 'requests', limit: undefined, remaining: 7, resetMs: undefined },
    ]);
  });

  it('are none of a contract that comes on top, nor of a subscription', () => {
    expect(
      adapter.readLimits({
        'anthropic-priority-input-tokens-remaining': '0',
        'anthropic-fast-output-tokens-remaining': '0',
        'anthropic-ratelimit-unified-status': 'rejected',
        'content-type': 'application/json',
      }),
    ).toEqual([]);
  });

  it('say what a 429 is about', () => {
    const body = Buffer.from('{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}');
    const headers = {
      'anthropic-ratelimit-output-tokens-remaining': '0',
      'anthropic-ratelimit-output-tokens-reset': '2026-11-22T10:00:09Z',
    };

    expect(adapter.explain(429, headers, body)).toMatchObject({ dimension: 'output-tokens', retryAfterMs: 9_000 });
    expect(adapter.explain(429, { ...headers, 'retry-after': '3' }, body)).toMatchObject({ retryAfterMs: 3_000 });
    expect(adapter.explain(529, headers, body)).toMatchObject({ retryAfterMs: undefined });
    expect(adapter.explain(529, headers, body)).not.toHaveProperty('dimension');
  });
});
