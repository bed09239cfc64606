import { describe, expect, it } from '@jest/globals';
import { parseDuration } from './duration.js';

describe('a duration', () => {
  it.each([
    ['500ms', 500],
    ['5s', 5000],
    ['1.5m', 90_000],
    ['60m', 3_600_000],
    ['1h', 3_600_000],
    ['29d', 2_505_600_000],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['5', '5 s', '-5s', '5w', 's', '1m30s', ''])('is not %j', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});
