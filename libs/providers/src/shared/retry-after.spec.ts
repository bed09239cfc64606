import { describe, expect, it } from '@jest/globals';
import { retryAfterMs } from './retry-after.js';

const NOW = Date.parse('Sun, 22 Nov 2026 10:00:00 GMT');
const read = (headers: Record<string, string | string[]>) => retryAfterMs(headers, () => NOW);

describe('the wait that an upstream asks for', () => {
  it.each([
    [{ 'retry-after': '2' }, 2000],
    [{ 'retry-after': '0.25' }, 250],
    [{ 'retry-after': ' 7 ' }, 7000],
    [{ 'retry-after': ['3', '9'] }, 3000],
    [{ 'retry-after-ms': '1500.5', 'retry-after': '9' }, 1500.5],
    [{ 'retry-after-ms': 'soon', 'retry-after': '9' }, 9000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:01:30 GMT' }, 90_000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 12:00:05 GMT', date: 'Sun, 22 Nov 2026 12:00:00 GMT' }, 5000],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:00:05 GMT', date: 'yesterday' }, 5000],
  ])('is read from %j as %d ms', (headers, ms) => {
    expect(read(headers)).toBe(ms);
  });

  it.each(['0', '-1', '', 'soon', '1e9', 'NaN', 'Sun, 22 Nov 2026 09:59:59 GMT', '9'.repeat(400)])(
    'is not said by "%s"',
    (value) => {
      expect(read({ 'retry-after': value })).toBeUndefined();
    },
  );

  it('is not said without a header', () => {
    expect(read({})).toBeUndefined();
  });
});
