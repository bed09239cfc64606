import { describe, expect, it } from '@jest/globals';
import { brief, count, counted, dollars, duration, size, percent } from './figures.js';

describe('figures', () => {
  it.each([
    [0, '0s'],
    [0.2, '1s'],
    [59, '59s'],
    [101, '1m 41s'],
    [3600, '1h 00m'],
    [7530, '2h 05m'],
    [97_200, '1d 03h'],
    [-5, '0s'],
  ])('write %d seconds as %s', (seconds, text) => expect(duration(seconds)).toBe(text));

  it.each([
    [0, '0'],
    [0.25, '0.3'],
    [9.96, '10'],
    [412.4, '412'],
    [999.6, '1.00k'],
    [12_345, '12.3k'],
    [99_960, '100k'],
    [4_060_000, '4.06M'],
    [2.5e9, '2.50G'],
  ])('write %d in three digits as %s', (number, text) => expect(brief(number)).toBe(text));

  it('say 100 % of nothing that is not done', () => {
    expect(percent(99_999, 100_000)).toBe('99 %');
    expect(percent(100_000, 100_000)).toBe('100 %');
    expect(percent(0, 0)).toBe('100 %');
  });

  it.each([
    [0, '$0.00'],
    [4_210_000, '$4.21'],
    [1_234_567_890, '$1234.57'],
    [4200, '$0.0042'],
  ])('write %d millionths as %s', (microUsd, text) => expect(dollars(microUsd)).toBe(text));

  it('count', () => {
    expect(count(58_211)).toBe('58,211');
    expect(counted(1, 'request')).toBe('1 request');
    expect(counted(2000, 'request')).toBe('2,000 requests');
  });

  it.each([
    [0, '0 B'],
    [152, '152 B'],
    [1023, '1023 B'],
    [1024, '1.0 kB'],
    [9_999, '9.8 kB'],
    [104_857, '102 kB'],
    [104_858, '0.1 MB'],
    [400_000, '0.4 MB'],
    [256 * 1024 * 1024, '256 MB'],
  ])('write %d bytes as %s', (bytes, text) => expect(size(bytes)).toBe(text));
});
