import { describe, expect, it } from '@jest/globals';
import { backoffMs } from './backoff.js';
import { retryAfterMs } from './retry-after.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('the wait before a webhook is sent again', () => {
  it('grows from seconds to a day, and ends after three days', () => {
    const waits = Array.from({ length: 10 }, (_, at) => backoffMs(at + 1, { random: 0 }));

    expect(waits).toEqual([
      5_000,
      5 * MINUTE,
      30 * MINUTE,
      2 * HOUR,
      5 * HOUR,
      10 * HOUR,
      14 * HOUR,
      20 * HOUR,
      24 * HOUR,
      undefined,
    ]);
    expect(waits.reduce<number>((sum, wait = 0) => sum + wait, 0)).toBeGreaterThan(72 * HOUR);
  });

  it('is spread by up to a fifth, and never shorter', () => {
    expect([0, 0.5, 1].map((random) => backoffMs(2, { random }))).toEqual([300_000, 330_000, 360_000]);
  });

  it('is as long as the receiver asks, up to a day', () => {
    expect(backoffMs(1, { random: 0, retryAfterMs: 60_000 })).toBe(60_000);
    expect(backoffMs(2, { random: 0, retryAfterMs: 60_000 })).toBe(300_000);
    expect(backoffMs(1, { random: 0, retryAfterMs: 1e12 })).toBe(24 * HOUR);
  });
});

describe('a retry-after', () => {
  it.each([
    ['120', 120_000],
    ['0', 0],
    ['Wed, 21 Oct 2026 07:28:10 GMT', 10_000],
    ['Wed, 21 Oct 2026 07:27:50 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['soon', undefined],
    ['2026', 2_026_000],
    ['99999999999999999999', undefined],
    [['1', '2'], undefined],
    [undefined, undefined],
  ])('of %j asks for %p ms', (value, ms) => {
    expect(retryAfterMs(value, Date.parse('2026-10-21T07:28:00Z'))).toBe(ms);
  });
});
