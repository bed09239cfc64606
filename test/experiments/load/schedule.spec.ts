import { describe, expect, it } from '@jest/globals';
import { schedule } from './schedule.js';

/** The same numbers in every run. */
const random = (): (() => number) => {
  let state = 42;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
};

const within = (moments: readonly number[], from: number, to: number): number =>
  moments.filter((at) => at >= from && at < to).length;

describe('schedule', () => {
  it('spaces calls evenly', () => {
    expect(schedule({ perSecond: 4, forMs: 1000 }, random())).toEqual([0, 250, 500, 750]);
  });

  it('rises from one rate to another', () => {
    const moments = schedule({ perSecond: { from: 10, to: 30 }, forMs: 10_000 }, random());
    expect(Math.abs(moments.length - 200)).toBeLessThanOrEqual(1);
    expect(Math.abs(within(moments, 0, 1000) - 11)).toBeLessThanOrEqual(1);
    expect(Math.abs(within(moments, 9000, 10_000) - 29)).toBeLessThanOrEqual(1);
  });

  it('falls to nothing', () => {
    const moments = schedule({ perSecond: { from: 20, to: 0 }, forMs: 10_000 }, random());
    expect(Math.abs(within(moments, 0, 1000) - 19)).toBeLessThanOrEqual(1);
    expect(within(moments, 9000, 10_000)).toBeLessThanOrEqual(2);
  });

  it('lets independent callers come at the same rate and at no fixed distance', () => {
    const moments = schedule({ perSecond: 100, forMs: 60_000, arrivals: 'random' }, random());
    expect(Math.abs(moments.length - 6000)).toBeLessThan(300);
    const gaps = moments.slice(1).map((at, index) => at - (moments[index] ?? 0));
    const short = gaps.filter((gap) => gap < 5).length / gaps.length;
    expect(Math.abs(short - (1 - Math.exp(-0.5)))).toBeLessThan(0.03);
  });
});
