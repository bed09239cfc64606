import { describe, expect, it } from '@jest/globals';
import { RateWindow } from './rate-window.js';

const rateOf = (samples: readonly [seconds: number, done: number][]): number | undefined => {
  const window = new RateWindow();
  for (const [seconds, done] of samples) window.add(seconds * 1000, done);
  return window.perSecond;
};

describe('how fast it goes now', () => {
  it('cannot be told from one sample', () => {
    expect(rateOf([])).toBeUndefined();
    expect(rateOf([[0, 5]])).toBeUndefined();
  });

  it('is what was done since the first sample', () => {
    expect(
      rateOf([
        [0, 0],
        [1, 10],
        [2, 30],
      ]),
    ).toBe(15);
  });

  it('forgets what was half a minute ago', () => {
    const standing = Array.from({ length: 60 }, (_, second): [number, number] => [second, 0]);
    const going = Array.from({ length: 31 }, (_, second): [number, number] => [60 + second, 100 * second]);

    expect(rateOf([...standing, ...going])).toBe(100);
  });

  it('begins anew when it was counted anew', () => {
    expect(
      rateOf([
        [0, 500],
        [1, 600],
        [2, 50],
      ]),
    ).toBeUndefined();
    expect(
      rateOf([
        [0, 500],
        [1, 600],
        [2, 50],
        [3, 70],
      ]),
    ).toBe(20);
  });
});
