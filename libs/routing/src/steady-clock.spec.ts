import { describe, expect, it } from '@jest/globals';
import { aDeployment, ANSWERED, aRoute, failed, VirtualEngine } from './virtual-time.js';
import { SteadyClock } from './steady-clock.js';

const HOUR_MS = 3_600_000;

describe('the steady clock', () => {
  it('leaves out a jump back', () => {
    let now = 5_000;
    const clock = new SteadyClock(() => now);
    expect(clock.read()).toBe(5_000);
    now -= 3_000;
    expect(clock.read()).toBe(5_000);
    now += 10;
    expect(clock.read()).toBe(5_010);
  });

  it.each([HOUR_MS, -HOUR_MS])('lets nothing last longer than its rule when the clock jumps by %i ms', (jump) => {
    const virtual = new VirtualEngine();
    virtual.now = 10 * HOUR_MS;
    const only = aRoute([aDeployment('a')]);
    virtual.call(only, () => failed(429, { retryAfterMs: 7_000 }));
    virtual.now += jump;
    virtual.peek(only);
    virtual.now += 7_000;
    expect(virtual.call(only, () => ANSWERED).end).toBeUndefined();
    for (let call = 0; call < 5; call++) virtual.call(only, () => failed('connect'));
    virtual.now += jump;
    virtual.peek(only);
    virtual.now += 300_000;
    expect(virtual.call(only, () => ANSWERED).end).toBeUndefined();
  });
});
