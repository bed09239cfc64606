import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Length } from './outcome.js';
import { type Imposition, Suspension } from './suspension.js';

const imposition = (length: Length, startedAt: number, toldMs?: number): Imposition => ({
  kind: 'cooldown',
  reason: '429',
  length,
  toldMs,
  startedAt,
});

const heard = (remainingMs: number) => ({ subject: 's', kind: 'cooldown', reason: '429', remainingMs }) as const;

const credential = (): Suspension => new Suspension('s', 'credential-model');

describe('a suspension', () => {
  it.each<[Length, number | undefined, number]>([
    ['told', 7_000, 7_000],
    ['told', 86_400_000, 300_000],
    ['told', undefined, 0],
    ['told-or-growing', 7_000, 7_000],
    ['told-or-growing', 86_400_000, 300_000],
    ['told-or-growing', undefined, 2_000],
    ['told-or-growing', Number.NaN, 2_000],
    ['told-or-growing', -5, 2_000],
    ['until-probed', undefined, 300_000],
    ['until-probed', 7_000, 300_000],
    ['ten-minutes', undefined, 600_000],
  ])('lasts, by the rule %s when told %s: %i ms', (length, toldMs, expected) => {
    const suspension = credential();
    expect(suspension.impose(1_000, imposition(length, 1_000, toldMs))).toBe(expected > 0);
    expect(suspension.mark(1_000).remainingMs).toBe(expected);
  });

  it('grows with each occasion, up to its cap, and begins anew after a success', () => {
    const suspension = credential();
    let now = 1_000;
    const lengths = Array.from({ length: 7 }, () => {
      suspension.impose(now, imposition('told-or-growing', now));
      const { remainingMs } = suspension.mark(now);
      now += remainingMs;
      return remainingMs / 1_000;
    });
    expect(lengths).toEqual([2, 4, 8, 16, 32, 60, 60]);
    suspension.proven(now, now);
    now++;
    suspension.impose(now, imposition('told-or-growing', now));
    expect(suspension.mark(now).remainingMs).toBe(2_000);
  });

  it('goes on growing when the very answer that showed that it was over ends in it', () => {
    const suspension = credential();
    suspension.impose(0, imposition('told-or-growing', 0));
    suspension.proven(3_000, 3_100);
    suspension.impose(3_200, imposition('told-or-growing', 3_000));
    expect(suspension.mark(3_200).remainingMs).toBe(4_000);
    suspension.proven(8_000, 8_100);
    suspension.proven(8_050, 8_150);
    suspension.impose(8_200, imposition('told-or-growing', 8_000));
    expect(suspension.mark(8_200).remainingMs).toBe(2_000);
  });

  it('takes many refusals at once for one occasion', () => {
    const suspension = credential();
    for (let request = 0; request < 10; request++)
      suspension.impose(1_000 + request, imposition('told-or-growing', 900));
    expect(suspension.until).toBe(1_009 + 2_000);
  });

  it('never ends sooner than it has said, whatever else is said', () => {
    const anyWord = fc.record({ own: fc.boolean(), ms: fc.integer({ min: 1, max: 1e9 }), passed: fc.nat(5_000) });
    const property = fc.property(fc.array(anyWord), (words) => {
      const suspension = credential();
      let now = 0;
      return words.every(({ own, ms, passed }) => {
        const before = suspension.until;
        now += passed;
        if (own) suspension.impose(now, imposition('told', now, ms));
        else suspension.hear(now, heard(ms));
        return suspension.until >= before && suspension.until <= now + 300_000;
      });
    });
    expect(fc.check(property)).toMatchObject({ failed: false });
  });

  it('does not grow by going round', () => {
    const suspension = credential();
    suspension.impose(0, imposition('told', 0, 7_000));
    for (let now = 0; now < 7_000; now += 1_000) suspension.hear(now + 50, heard(suspension.mark(now).remainingMs));
    expect(suspension.until).toBe(7_000);
  });

  it('is not brought back by those who have not heard yet that it was lifted', () => {
    const suspension = credential();
    suspension.impose(0, imposition('told', 0, 60_000));
    expect(suspension.lift(1_000)).toBe(true);
    expect(suspension.hear(1_900, heard(58_000))).toBe(false);
    expect(suspension.blocks(1_900)).toBeUndefined();
    expect(suspension.hear(2_000, heard(58_000))).toBe(true);
    expect(suspension.blocks(2_000)).toBe('cooldown');
  });

  it('is told to others when it grows, and not when it does not', () => {
    const suspension = credential();
    expect(suspension.impose(0, imposition('told', 0, 7_000))).toBe(true);
    expect(suspension.impose(1, imposition('told', 0, 3_000))).toBe(false);
    expect(suspension.impose(2, imposition('told', 0, 9_000))).toBe(true);
  });

  it('is told once, however many requests that were under way are refused one after the other', () => {
    const suspension = credential();
    const refusals = Array.from({ length: 1_000 }, (_, at) => suspension.impose(at, imposition('told', 0, 7_000)));
    expect(refusals.filter(Boolean)).toEqual([true]);
    expect(suspension.until).toBe(999 + 7_000);
  });

  it('is not told to those from whom it was heard', () => {
    const suspension = credential();
    suspension.hear(0, heard(7_000));
    expect(suspension.impose(100, imposition('told', 0, 7_000))).toBe(false);
  });
});
