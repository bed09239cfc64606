import { describe, expect, it } from '@jest/globals';
import type { Deployment, LimitDimension } from '#core';
import type { Outcome } from './outcome.js';
import { aDeployment, ANSWERED, anAsk, aRoute, VirtualEngine } from './virtual-time.js';

const always = (outcome: Outcome) => (): Outcome => outcome;

/** Fails where `name` says so, and answers everywhere else. */
const failing =
  (names: readonly string[], outcome: Outcome) =>
  ({ provider }: Deployment): Outcome =>
    names.includes(provider.name) ? outcome : ANSWERED;

const limitedBy = (dimension: LimitDimension, retryAfterMs: number): Outcome => ({
  kind: 'limited',
  dimension,
  retryAfterMs,
  estimate: anAsk().estimate,
});

describe('room for a request', () => {
  it('goes elsewhere when our own limits are used up, for requests as large', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('a'), aDeployment('b', { tier: 2 })]);
    const large = { estimate: { inputTokens: 1000, outputTokens: 100 } };
    const limited: Outcome = {
      kind: 'limited',
      dimension: 'input-tokens',
      retryAfterMs: 3_000,
      estimate: large.estimate,
    };
    const { tried } = virtual.call(route, failing(['a'], limited), large);
    expect(tried).toEqual(['a/key/m', 'b/key/m']);
    expect(virtual.call(route, always(ANSWERED), large).tried).toEqual(['b/key/m']);
    const small = { estimate: { inputTokens: 10, outputTokens: 10 } };
    expect(virtual.call(route, always(ANSWERED), small).tried).toEqual(['a/key/m']);
    virtual.now += 3_001;
    expect(virtual.call(route, always(ANSWERED), large).tried).toEqual(['a/key/m']);
  });

  it('says when our own limits have room again', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    const limited = limitedBy('requests', 3_000);
    expect(virtual.call(only, always(limited)).end).toEqual({
      kind: 'none',
      reason: 'rate-limited',
      retryAfterMs: 3_000,
    });
  });

  it('is asked for again by each call where all places are taken, because they come free at any moment', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    expect(virtual.call(only, always(limitedBy('concurrency', 500))).end).toEqual({
      kind: 'none',
      reason: 'rate-limited',
      retryAfterMs: 500,
    });
    expect(virtual.call(only, always(ANSWERED)).tried).toEqual(['a/key/m']);
  });

  it('avoids an upstream that has said it has nothing left, until that comes back', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    const report = { dimension: 'requests', limit: 60, remaining: 0, resetMs: 60_000 } as const;
    const running = virtual.begin(only);
    running?.reported([report]);
    running?.settle(ANSWERED);
    expect(virtual.peek(only)).toMatchObject({ reason: 'rate-limited', retryAfterMs: 1_000 });
    virtual.now += 1_000;
    expect(virtual.peek(only)).toMatchObject({ kind: 'try' });
  });

  it('prefers whoever has room for the estimate, but refuses nobody for an estimate', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('a'), aDeployment('b')]);
    const report = { dimension: 'input-tokens', limit: 50_000, remaining: 500, resetMs: 60_000 } as const;
    const running = virtual.begin(route);
    const first = running?.deployment;
    running?.reported([report]);
    running?.settle(ANSWERED);
    for (let call = 0; call < 20; call++) expect(virtual.peek(route)).not.toMatchObject({ deployment: first });
    expect(virtual.peek(aRoute(first ? [first] : []))).toMatchObject({ kind: 'try' });
  });
});
