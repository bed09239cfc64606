import { describe, expect, it } from '@jest/globals';
import type { Deployment, Route } from '#core';
import type { DeploymentState } from './explanation.js';
import type { Outcome } from './outcome.js';
import { aDeployment, ANSWERED, anAsk, aRoute, failed, VirtualEngine } from './virtual-time.js';

const always = (outcome: Outcome) => (): Outcome => outcome;

const under = (deployments: readonly Deployment[]): Route => aRoute(deployments, { name: '*' });
const lone = aDeployment('a', { model: undefined });
const wildcard = under([lone]);

const stateOf = (virtual: VirtualEngine, id: string, routes = [wildcard]): DeploymentState | undefined =>
  virtual.engine.targets(routes).find(({ deployment }) => deployment.id === id);

describe('models under a wildcard', () => {
  it.each([
    ['a 429', failed(429, { retryAfterMs: 30_000 }), 1, 'cooldown'],
    ['a 529', failed(529, { retryAfterMs: 30_000 }), 1, 'cooldown'],
    ['a 503 with a time', failed(503, { retryAfterMs: 30_000 }), 1, 'cooldown'],
    ['errors that open the breaker', failed(500), 5, 'breaker-open'],
  ])('do not answer for each other: %s to one holds back no other', (_what, outcome, times, code) => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < times; call++) virtual.call(wildcard, always(outcome), { model: 'one' });
    expect(stateOf(virtual, 'a/key/one')?.excluded).toMatchObject({ code });
    expect(virtual.engine.explain(wildcard, anAsk({ model: 'two' }))).toMatchObject({ panic: false });
    expect(virtual.call(wildcard, always(ANSWERED), { model: 'two' })).toMatchObject({ tried: ['a/key/*'] });
    expect(stateOf(virtual, 'a/key/two')?.excluded).toBeUndefined();
  });

  it('have their credential in common', () => {
    const virtual = new VirtualEngine();
    virtual.call(wildcard, always(failed(401)), { model: 'one' });
    expect(virtual.peek(wildcard, { model: 'two' })).toMatchObject({ kind: 'none', reason: 'unavailable' });
  });

  it('are what a route says that names them', () => {
    const virtual = new VirtualEngine();
    const named = aRoute([aDeployment('a', { model: 'one' })], { name: 'one' });
    virtual.call(named, always(failed(429, { retryAfterMs: 30_000 })));
    expect(virtual.peek(wildcard, { model: 'one' })).toMatchObject({ kind: 'none', reason: 'rate-limited' });
    expect(virtual.peek(wildcard, { model: 'two' })).toMatchObject({ kind: 'try' });
  });

  it('are told to the other replicas by name', () => {
    const virtual = new VirtualEngine();
    virtual.call(wildcard, always(failed(429, { retryAfterMs: 30_000 })), { model: 'one' });
    expect(virtual.marks).toMatchObject([{ subject: expect.stringMatching(/^credential-model .* one$/) }]);
    const other = new VirtualEngine();
    for (const mark of virtual.marks) other.engine.apply(mark);
    expect(other.peek(wildcard, { model: 'one' })).toMatchObject({ kind: 'none', reason: 'rate-limited' });
    expect(other.peek(wildcard, { model: 'two' })).toMatchObject({ kind: 'try' });
  });

  it('are listed by name once they were asked for', () => {
    const virtual = new VirtualEngine();
    const ids = () => virtual.engine.targets([wildcard]).map(({ deployment, routes }) => [deployment.id, ...routes]);
    expect(ids()).toEqual([['a/key/*', '*']]);
    virtual.call(wildcard, always(ANSWERED), { model: 'one' });
    virtual.call(wildcard, always(ANSWERED), { model: 'two' });
    expect(ids()).toEqual([
      ['a/key/one', '*'],
      ['a/key/two', '*'],
    ]);
    expect(stateOf(virtual, 'a/key/one')).toMatchObject({ wildcard: lone, deployment: { model: 'one', tier: 1 } });
  });

  it('are a hundred at most: those are forgotten that were asked for longest ago and have nothing held against them', () => {
    const virtual = new VirtualEngine();
    virtual.call(wildcard, always(failed(429, { retryAfterMs: 300_000 })), { model: 'limited' });
    const running = virtual.begin(wildcard, { model: 'running' });
    for (let n = 0; n < 1_000; n++) virtual.call(wildcard, always(ANSWERED), { model: `model-${n}` });
    expect(virtual.engine.targets([wildcard])).toHaveLength(100);
    expect(stateOf(virtual, 'a/key/limited')?.excluded).toMatchObject({ code: 'cooldown' });
    expect(stateOf(virtual, 'a/key/running')?.inFlight).toBe(1);
    expect(stateOf(virtual, 'a/key/model-901')).toBeUndefined();
    expect(stateOf(virtual, 'a/key/model-902')).toMatchObject({
      deployment: { model: 'model-902' },
      excluded: undefined,
    });
    running?.settle(ANSWERED);
    expect(stateOf(virtual, 'a/key/running')?.inFlight).toBe(0);
  });

  it('leave what others have in common with them when they are forgotten', () => {
    const virtual = new VirtualEngine();
    const named = aRoute([aDeployment('a', { credential: 'x', model: 'one' })]);
    const others = under([aDeployment('a', { credential: 'y', model: undefined })]);
    virtual.call(named, always(ANSWERED));
    virtual.call(others, always(ANSWERED), { model: 'one' });
    for (let n = 0; n < 200; n++) virtual.call(others, always(ANSWERED), { model: `model-${n}` });
    expect(stateOf(virtual, 'a/y/one', [others])).toBeUndefined();
    virtual.call(named, always(failed(529, { retryAfterMs: 30_000 })));
    expect(virtual.peek(others, { model: 'one' })).toMatchObject({ kind: 'none', reason: 'overloaded' });
  });

  it('share what is known under the wildcard where there are too many in trouble', () => {
    const virtual = new VirtualEngine();
    for (let n = 0; n < 100; n++)
      virtual.call(wildcard, always(failed(429, { retryAfterMs: 300_000 })), { model: `m${n}` });
    virtual.call(wildcard, always(failed(429, { retryAfterMs: 5_000 })), { model: 'one too many' });
    expect(virtual.engine.targets([wildcard])).toHaveLength(100);
    expect(virtual.peek(wildcard, { model: 'another' })).toMatchObject({ kind: 'none', reason: 'rate-limited' });
    virtual.now += 5_001;
    expect(virtual.peek(wildcard, { model: 'another' })).toMatchObject({ kind: 'try' });
  });

  it('are kept when the configuration is read anew, and forgotten with their wildcard', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 5; call++) virtual.call(wildcard, always(failed(500)), { model: 'one' });
    const again = under([{ ...lone, weight: 2 }]);
    virtual.engine.keep([again]);
    expect(stateOf(virtual, 'a/key/one', [again])).toMatchObject({
      breaker: { state: 'open' },
      deployment: { weight: 2 },
    });
    virtual.engine.keep([aRoute([aDeployment('b')])]);
    virtual.engine.keep([again]);
    expect(virtual.engine.targets([again]).map(({ deployment }) => deployment.id)).toEqual(['a/key/*']);
  });

  it('learn nothing of names that callers make up', () => {
    const virtual = new VirtualEngine();
    virtual.call(wildcard, always(failed(404)), { model: 'nonsense' });
    expect(virtual.peek(wildcard, { model: 'nonsense' })).toMatchObject({ kind: 'try' });
  });
});
