import { describe, expect, it } from '@jest/globals';
import type { Deployment } from '#core';
import type { Outcome } from './outcome.js';
import { aDeployment, ANSWERED, aRoute, failed, VirtualEngine } from './virtual-time.js';

const route = aRoute([aDeployment('a'), aDeployment('b', { tier: 2 })]);

/** Nobody is at a. */
const refusing = ({ provider }: Deployment): Outcome => (provider.name === 'a' ? failed('connect') : ANSWERED);

describe('a half-open breaker', () => {
  it('lets one request through, and takes a 429 as no recovery', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 5; call++) virtual.call(route, refusing);
    expect(virtual.peek(route)).toMatchObject({ deployment: { provider: { name: 'b' } } });
    virtual.now += 5_001;
    const probe = virtual.begin(route);
    expect(probe?.deployment.provider.name).toBe('a');
    for (let call = 0; call < 20; call++)
      expect(virtual.peek(route)).toMatchObject({ deployment: { provider: { name: 'b' } } });
    probe?.settle(failed(429, { retryAfterMs: 100 }));
    const state = virtual.engine.targets([route])[0]?.breaker;
    expect(state?.state).toBe('open');
    expect(state?.remainingMs).toBeGreaterThanOrEqual(5_000);
  });

  it('takes an answer that begins and is an error for no recovery', () => {
    const virtual = new VirtualEngine();
    const overloaded = failed('error-event', { status: 529, error: { type: 'overloaded_error', message: 'x' } });
    for (let call = 0; call < 5; call++) virtual.call(route, refusing);
    const lengths = Array.from({ length: 3 }, () => {
      virtual.now += 120_000;
      const probe = virtual.begin(route);
      expect(probe?.deployment.provider.name).toBe('a');
      probe?.firstByte(100);
      probe?.settle(overloaded);
      const [a] = virtual.engine.targets([route]);
      expect(a?.breaker.state).toBe('open');
      return a?.excluded?.remainingMs;
    });
    expect(lengths).toEqual([2_000, 4_000, 8_000]);
  });

  it('gives the probe to the next when its caller has left, or when it is never heard of again', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 5; call++) virtual.call(route, refusing);
    virtual.now += 5_001;
    virtual.begin(route)?.settle({ kind: 'abandoned' });
    const lost = virtual.begin(route);
    expect(lost?.deployment.provider.name).toBe('a');
    virtual.now += 65_001;
    expect(virtual.begin(route)?.deployment.provider.name).toBe('a');
  });
});
