import { describe, expect, it } from '@jest/globals';
import { burstOf, msUntil } from './burst.js';

describe('what may be used at one stroke', () => {
  it.each([
    [600, 50],
    [60, 5],
    [10, 3],
    [3, 3],
    [1, 1],
    [0.5, 0.5],
  ])('of %d requests a minute is %d', (rpm, burst) => {
    expect(burstOf({ rpm }, 'requests')).toBe(burst);
  });

  it('of tokens is a minute’s worth, for one request may need much of it', () => {
    expect(burstOf({ inputTpm: 30_000 }, 'input')).toBe(30_000);
  });

  it('has no end where there is no limit', () => {
    expect(burstOf({ rpm: 1 }, 'output')).toBe(Infinity);
  });
});

describe('how long until something has come back', () => {
  it.each([
    [1, 60, 1000],
    [0.5, 60, 500],
    [0, 60, 0],
    [-3, 60, 0],
  ])('is, for %d missing of %d a minute, %d ms', (missing, perMinute, ms) => {
    expect(msUntil(missing, perMinute)).toBe(ms);
  });
});
