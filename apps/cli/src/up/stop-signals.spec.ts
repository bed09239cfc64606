import { afterEach, describe, expect, it } from '@jest/globals';
import { listenForStop, type StopSignals } from './stop-signals.js';

describe('the wish to stop', () => {
  let now = 0;
  let signals: StopSignals;

  afterEach(() => signals.release());

  it('is pressing only when it is repeated, not when npm echoes it', () => {
    signals = listenForStop(() => now);
    expect(signals.stop.aborted).toBe(false);

    process.emit('SIGINT');
    now += 20;
    process.emit('SIGINT');
    expect([signals.stop.aborted, signals.hurry.aborted]).toEqual([true, false]);

    now += 1000;
    process.emit('SIGTERM');
    expect(signals.hurry.aborted).toBe(true);
  });

  it('gives the signals back', () => {
    const before = process.listenerCount('SIGTERM');
    signals = listenForStop();
    signals.release();

    expect(process.listenerCount('SIGTERM')).toBe(before);
  });
});
