import { describe, expect, it } from '@jest/globals';
import { resetMs } from './reset-ms.js';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const HOUR = 3_600_000;
const read = (text: string, date?: string, now = NOW) => resetMs(text, { date }, () => now);

describe('the moment at which a limit is renewed', () => {
  it.each([
    ['1s', 1_000],
    ['6m0s', 360_000],
    ['20ms', 20],
    ['1m30.951s', 90_951],
    ['7.66s', 7_660],
    ['2m59.56s', 179_560],
    ['1h2m3s', 3_723_000],
    ['1d', 24 * HOUR],
    ['120us', 0.12],
    ['120µs', 0.12],
    ['0s', 0],
    ['0', 0],
    ['12', 12_000],
    ['0.5', 500],
    [String(NOW / 1_000 + 30), 30_000],
    [String(NOW + 1_500), 1_500],
    ['2026-11-22T10:00:45Z', 45_000],
    ['2026-11-22T10:00:45.250Z', 45_250],
    ['2026-11-22T12:00:45+02:00', 45_000],
    ['Sun, 22 Nov 2026 10:00:45 GMT', 45_000],
    ['2026-11-22T09:59:59Z', 0],
  ])('is read from "%s" as %d ms from now', (text, ms) => {
    expect(read(text)).toBeCloseTo(ms, 3);
  });

  it.each([
    '',
    'NaN',
    'soon',
    '-1',
    '-5s',
    '5 s',
    '5x',
    's',
    '1e9',
    'Infinity',
    '9'.repeat(400),
    `${'9'.repeat(400)}s`,
    '25h',
    '90000',
    '2026-13-45T99:99:99Z',
    '2026-11-22T09:59:50Z',
    String(NOW / 1_000 - 10),
    '2099-01-01T00:00:00Z',
    '{"ms":1}',
    'Infinityms',
  ])('is not told by "%s"', (text) => {
    expect(read(text)).toBeUndefined();
  });

  it.each([-HOUR, HOUR])('is told by their clock when ours is off by %d ms', (off) => {
    expect(read('2026-11-22T10:00:45Z', 'Sun, 22 Nov 2026 10:00:00 GMT', NOW + off)).toBe(45_000);
    expect(read('6m0s', undefined, NOW + off)).toBe(360_000);
  });

  it.each([-HOUR, HOUR])('is not told when ours is off by %d ms and they do not tell theirs', (off) => {
    expect(read('2026-11-22T10:00:45Z', undefined, NOW + off)).toBeUndefined();
    expect(read('2026-11-22T10:00:45Z', 'yesterday', NOW + off)).toBeUndefined();
  });
});
