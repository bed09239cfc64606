import { describe, expect, it } from '@jest/globals';
import { Watchdog } from './watchdog.js';

const idle = { waiting: 3, running: 1, places: 4, begun: 10, isSilent: false };

/** The verdict after looks that were a second apart. */
const after = (seconds: number, look: (second: number) => typeof idle): boolean => {
  const dog = new Watchdog();
  let idleMs = 0;
  for (let second = 0; second <= seconds; second++) idleMs = dog.look('batches', look(second), second * 1_000);
  return Watchdog.isWedged(idleMs);
};

describe('the watchdog', () => {
  it('barks when for half a minute there is work and none is begun', () => {
    expect(after(29, () => idle)).toBe(false);
    expect(after(30, () => idle)).toBe(true);
  });

  it('is content while chunks begin', () => {
    expect(after(120, (second) => ({ ...idle, begun: Math.floor(second / 20) }))).toBe(false);
  });

  it('is content while there is nothing to take', () => {
    expect(after(120, (second) => ({ ...idle, waiting: second % 20 === 0 ? 0 : 3 }))).toBe(false);
  });

  it('is content while all places are taken, however long that lasts', () => {
    expect(after(600, () => ({ ...idle, running: 4 }))).toBe(false);
  });

  it('barks when nothing is asked for, though nothing is known to wait', () => {
    expect(after(30, () => ({ ...idle, waiting: 0, isSilent: true }))).toBe(true);
  });

  it('begins anew after a time in which the queue could not be asked', () => {
    const dog = new Watchdog();
    dog.look('batches', idle, 0);
    expect(dog.look('batches', idle, 31_000)).toBe(0);
  });
});
