import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Pulse, type PulseOptions } from './pulse.js';

describe('the pulse of a worker', () => {
  let pulse: Pulse;
  let beats: number;
  let repairs: (() => void)[];

  beforeEach(async () => {
    jest.useFakeTimers();
    beats = 0;
    repairs = [];
    const lane = { running: 0, places: 1, begun: 0, isSilent: false };
    const options: Partial<Record<keyof PulseOptions, unknown>> = {
      redis: { evalsha: () => Promise.resolve(1) },
      roster: { beat: () => Promise.resolve(beats++), leave: () => Promise.resolve() },
      dispatcher: {
        repair: () => new Promise<number>((resolve) => repairs.push(() => resolve(0))),
        nudge: () => undefined,
      },
      doorbell: { waiting: () => Promise.resolve(0) },
      worker: { state: () => lane },
      places: { jobs: 1, batches: 1 },
      name: 'w',
      onWedged: () => undefined,
      onError: (error: unknown) => {
        throw error;
      },
    };
    pulse = new Pulse(options as unknown as PulseOptions);
    await pulse.start();
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('beats on while a repair takes its time, and begins no other meanwhile', async () => {
    await jest.advanceTimersByTimeAsync(11_000);

    expect(beats).toBe(12);
    expect(repairs).toHaveLength(1);

    repairs[0]?.();
    await jest.advanceTimersByTimeAsync(5_000);
    expect(repairs).toHaveLength(2);
    repairs[1]?.();
    await pulse.leave();
  });
});
