import { describe, expect, it } from '@jest/globals';
import { Throttle } from './throttle.js';

const after = (accepted: number, refused: number): Throttle => {
  const throttle = new Throttle();
  for (let request = 0; request < accepted; request++) throttle.accepted(1_000);
  for (let request = 0; request < refused; request++) throttle.refused(1_000);
  return throttle;
};

describe('the throttle', () => {
  it.each([
    [100, 0, 0, 0],
    [90, 10, 0, 1 / 101],
    [50, 50, 0, 45 / 101],
    [40, 60, 20 / 101, 56 / 101],
    [0, 100, 0.9, 0.9],
    [0, 9, 0, 0],
  ])(
    'after %i accepted and %i refused turns away %d of interactive requests and %d of batches',
    (ok, bad, chance, ofBatches) => {
      expect(after(ok, bad).chance(1_000, 'interactive')).toBeCloseTo(chance);
      expect(after(ok, bad).chance(1_000, 'batch')).toBeCloseTo(ofBatches);
    },
  );

  it('forgets after two minutes', () => {
    const throttle = after(0, 100);
    expect(throttle.chance(110_000, 'interactive')).toBe(0.9);
    expect(throttle.chance(121_000, 'interactive')).toBe(0);
  });
});
