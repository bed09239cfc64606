import { describe, expect, it } from '@jest/globals';
import { Pause } from './pause.js';

const now = (): number => performance.now();

/** How long a pause lasted. */
const paused = async (ms: number, { cutShort = false } = {}): Promise<number> => {
  const pause = new Pause(now);
  const begun = now();
  const over = pause.last(ms);
  if (cutShort) pause.end();
  await over;
  return now() - begun;
};

describe('a pause', () => {
  it('is never too short', async () => {
    for (let round = 0; round < 200; round++) expect(await paused(1)).toBeGreaterThanOrEqual(1);
  });

  it.each([0, -1, Number.NEGATIVE_INFINITY])('of %d ms is none', async (ms) => {
    expect(await paused(ms)).toBeLessThan(1000);
  });

  it('ends when there is nobody to wait for any more', async () => {
    expect(await paused(3_600_000, { cutShort: true })).toBeLessThan(1000);
  });
});
