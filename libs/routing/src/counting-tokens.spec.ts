import { describe, expect, it } from '@jest/globals';
import type { Outcome } from './outcome.js';
import { aDeployment, ANSWERED, anAsk, aRoute, failed, VirtualEngine } from './virtual-time.js';

const only = aRoute([aDeployment('a')]);

describe('a request to count tokens', () => {
  it.each<[string, Outcome]>([
    ['404', failed(404)],
    ['403', failed(403)],
    ['429', failed(429, { retryAfterMs: 1_000 })],
    ['529', failed(529)],
    ['503', failed(503, { retryAfterMs: 60_000 })],
    ['silence', failed('first-byte-timeout')],
    ['an answer', ANSWERED],
  ])('shows nothing about the use of the model by %s', (_, outcome) => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 4; call++) virtual.begin(only)?.settle(failed('reset'));
    const before = virtual.engine.targets([only]);
    const spent = [{ dimension: 'requests', limit: 100, remaining: 0, resetMs: 60_000 }] as const;
    for (let call = 0; call < 20; call++) {
      const counting = virtual.begin(only, { endpoint: 'count_tokens' });
      counting?.reported(spent);
      if (outcome.kind === 'answered') counting?.firstByte(100);
      counting?.settle(outcome);
      expect(counting?.next()).toMatchObject({ kind: 'none' });
    }
    expect(virtual.engine.targets([only])).toEqual(before);
    expect(virtual.peek(only)).toMatchObject({ kind: 'try' });
  });

  it.each<[string, Outcome, string]>([
    ['nobody is there', failed('connect'), 'breaker-open'],
    ['the credential is refused', failed(401), 'disabled'],
  ])('shows that %s', (_, outcome, code) => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 5; call++) virtual.begin(only, { endpoint: 'count_tokens' })?.settle(outcome);
    expect(virtual.engine.targets([only])[0]?.excluded?.code).toBe(code);
  });

  it('is sent although most others are refused, and does not count among those', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 20; call++) {
      const running = virtual.begin(only);
      running?.settle(failed(429, { retryAfterMs: 1 }));
      virtual.now += 10;
    }
    const chances = Array.from({ length: 50 }, () => {
      expect(virtual.call(only, () => ANSWERED, { endpoint: 'count_tokens' }).tried).toHaveLength(1);
      return virtual.engine.explain(only, anAsk()).deployments[0]?.excluded?.code;
    });
    expect(new Set(chances).size).toBe(1);
  });
});
