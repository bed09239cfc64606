import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AdaptiveLimit } from './adaptive-limit.js';

const aLimit = (most = 100): AdaptiveLimit =>
  new AdaptiveLimit(
    () => most,
    () => 0.5,
  );

/** So many answers, each while everything that may be is under way. */
const answer = (limit: AdaptiveLimit, times: number, now = 0): void => {
  for (let i = 0; i < times; i++) limit.answered(limit.current, now);
};

describe('the adaptive limit', () => {
  it('doubles with each round of answers, up to what is configured', () => {
    const limit = aLimit();
    answer(limit, limit.current);
    expect(limit.current).toBe(32);
    answer(limit, 1_000);
    expect(limit.current).toBe(100);
  });

  it('does not grow while it is not used', () => {
    const limit = aLimit();
    for (let i = 0; i < 100; i++) limit.answered(3, 0);
    expect(limit.current).toBe(16);
  });

  it('gives up three tenths at trouble, once for all that was under way then', () => {
    const limit = aLimit();
    answer(limit, 1_000);
    for (let i = 0; i < 50; i++) limit.troubled(1_000, 1_001 + i, undefined);
    expect(limit.current).toBe(70);
  });

  it('waits, and gives nothing up, where our own pace kept a line back', () => {
    const limit = aLimit();
    answer(limit, 1_000);
    limit.held(1_000, 2_000);
    expect(limit.current).toBe(100);
    expect(limit.mayBegin(0, 2_999)).toBe(false);
    expect(limit.mayBegin(0, 3_500)).toBe(true);
  });

  it('is back where the trouble was after seconds, however long an answer takes', () => {
    const limit = aLimit();
    answer(limit, 1_000);
    limit.troubled(1_000, 1_001, undefined);
    answer(limit, 1_000, 2_000);
    expect(limit.current).toBeLessThan(95);
    answer(limit, 1_000, 6_000);
    expect(limit.current).toBeGreaterThanOrEqual(99);
  });

  it('is left with one line when nothing is answered between two troubles', () => {
    const limit = aLimit();
    limit.troubled(1, 2, undefined);
    limit.troubled(3, 4, undefined);
    expect(limit.current).toBe(1);
  });

  it('begins nothing for as long as the upstream asks', () => {
    const limit = aLimit();
    limit.troubled(0, 1, 7_000);
    expect(limit.mayBegin(0, 7_000)).toBe(false);
    expect(limit.mayBegin(0, 8_002)).toBe(true);
  });

  it('takes each word of when to come back, also from what was under way', () => {
    const limit = aLimit();
    limit.troubled(0, 1, 100);
    limit.troubled(0, 2, 5_000);
    expect(limit.mayBegin(0, 5_000)).toBe(false);
  });

  it('pauses longer each time that nothing helps, and no longer than half a minute', () => {
    const limit = aLimit();
    let now = 0;
    const pauses = Array.from({ length: 12 }, () => {
      limit.troubled(now + 1, now + 2, undefined);
      const pause = limit.resumesAt - (now + 2);
      now = limit.resumesAt;
      return pause;
    });
    expect(pauses[0]).toBeLessThan(250);
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b));
    expect(pauses.at(-1)).toBeLessThanOrEqual(30_000);
  });

  it('settles near what an upstream takes at once', () => {
    // 20 at once are answered after 100 ms, one more is refused.
    const limit = aLimit();
    const seen: number[] = [];
    for (let now = 0; now < 60_000; now += 100) {
      if (now < limit.resumesAt) continue;
      const begun = limit.current;
      if (begun > 20) limit.troubled(now, now + 1, undefined);
      for (let i = 0; i < Math.min(begun, 20); i++) limit.answered(begun, now + 100);
      seen.push(begun);
    }
    const late = seen.slice(seen.length / 2);
    const mean = late.reduce((sum, begun) => sum + begun, 0) / late.length;
    expect(mean).toBeGreaterThan(15);
    expect(mean).toBeLessThan(24);
  });

  it('never allows nothing, nor more than is configured', () => {
    const event = fc.record({
      kind: fc.boolean(),
      after: fc.nat(40_000),
      ago: fc.nat(5_000),
      retry: fc.option(fc.nat(600_000)),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 500 }), (events, most) => {
        const limit = aLimit(most);
        let now = 0;
        for (const { kind, after, ago, retry } of events) {
          now += after;
          if (kind) limit.answered(limit.current, now);
          else limit.troubled(now - ago, now, retry ?? undefined);
          expect(limit.current).toBeGreaterThanOrEqual(1);
          expect(limit.current).toBeLessThanOrEqual(most);
          expect(limit.resumesAt - now).toBeLessThanOrEqual(301_000);
        }
      }),
    );
  });
});
