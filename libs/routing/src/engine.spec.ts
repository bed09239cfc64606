import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Deployment } from '#core';
import type { Outcome } from './outcome.js';
import { aDeployment, ANSWERED, anAsk, aRoute, failed, VirtualEngine } from './virtual-time.js';

const always = (outcome: Outcome) => (): Outcome => outcome;

/** Fails where `name` says so, and answers everywhere else. */
const failing =
  (names: readonly string[], outcome: Outcome) =>
  ({ provider }: Deployment): Outcome =>
    names.includes(provider.name) ? outcome : ANSWERED;

const four = aRoute(['a', 'b', 'c', 'd'].map((name) => aDeployment(name)));

describe('the engine', () => {
  it('tries another deployment after a failure, and none twice', () => {
    const virtual = new VirtualEngine();
    const { tried, end } = virtual.call(four, always(failed(500)));
    expect(new Set(tried).size).toBe(3);
    expect(end).toEqual({ kind: 'none', reason: 'tried', retryAfterMs: 1_000 });
  });

  it('asks nobody else about a request that an upstream has refused', () => {
    const virtual = new VirtualEngine();
    const { tried, end } = virtual.call(four, always(failed(400, { retryAfterMs: 5_000 })));
    expect(tried).toHaveLength(1);
    expect(end).toEqual({ kind: 'none', reason: 'tried', retryAfterMs: undefined });
  });

  it.each([
    ['a cut', failed('cut')],
    ['an error event', failed('error-event')],
    ['an overload', failed('error-event', { status: 529 })],
    ['a refused credential', failed(401)],
  ])('asks nobody else once content has reached the caller, whatever has ended it: %s', (_, outcome) => {
    const virtual = new VirtualEngine();
    const { tried, end } = virtual.call(four, always({ ...outcome, hasContent: true }));
    expect(tried).toHaveLength(1);
    expect(end).toEqual({ kind: 'none', reason: 'tried', retryAfterMs: undefined });
  });

  it('leaves a provider that is overloaded, with all its credentials', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([
      aDeployment('a', { credential: 'x' }),
      aDeployment('a', { credential: 'y' }),
      aDeployment('a', { credential: 'x', model: 'other' }),
      aDeployment('b', { tier: 2 }),
    ]);
    const { tried } = virtual.call(route, always(failed(529)));
    expect(tried.map((id) => id[0])).toEqual(['a', 'b']);
  });

  it('empties a tier before it opens the next', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('c', { tier: 2 }), aDeployment('a'), aDeployment('b')]);
    const { tried } = virtual.call(route, always(failed(500)));
    expect(tried.slice(0, 2).toSorted()).toEqual(['a/key/m', 'b/key/m']);
    expect(tried[2]).toBe('c/key/m');
  });

  it('does not count a deployment that could not carry the request', () => {
    const virtual = new VirtualEngine();
    let asked = 0;
    const { tried } = virtual.call(four, () => (asked++ === 0 ? { kind: 'unfit' } : failed(500)));
    expect(tried).toHaveLength(4);
  });

  it('says that it tried when nobody could carry the request', () => {
    const virtual = new VirtualEngine();
    const { tried, end } = virtual.call(four, always({ kind: 'unfit' }));
    expect(tried).toHaveLength(4);
    expect(end).toMatchObject({ reason: 'tried' });
  });

  it.each([
    ['no deployments', aRoute([])],
    ['weights of nothing', aRoute([aDeployment('a', { weight: 0 }), aDeployment('b', { weight: -1 })])],
    ['weights that are no numbers', aRoute([aDeployment('a', { weight: Number.NaN })])],
  ])('refuses cleanly with %s', (_, route) => {
    const virtual = new VirtualEngine();
    expect(virtual.call(route, always(ANSWERED)).end).toEqual({
      kind: 'none',
      reason: 'unavailable',
      retryAfterMs: undefined,
    });
    expect(virtual.engine.explain(route, anAsk()).deployments.every(({ excluded }) => excluded !== undefined)).toBe(
      true,
    );
  });

  it('goes round an upstream that answers 503 and tries it no more than the breaker lets it', () => {
    const virtual = new VirtualEngine();
    let toA = 0;
    for (let call = 0; call < 6_000; call++) {
      virtual.now += 20;
      const { tried, end } = virtual.call(four, failing(['a'], failed(503)));
      expect(end).toBeUndefined();
      toA += tried.filter((id) => id.startsWith('a')).length;
    }
    expect(toA).toBeLessThanOrEqual(5 + 8);
  });

  it('sends little to four upstreams that all answer 503, and says when to come back', () => {
    const virtual = new VirtualEngine();
    let attempts = 0;
    let overloaded = 0;
    for (let call = 0; call < 1_000; call++) {
      virtual.now += 20;
      const { tried, end } = virtual.call(four, always(failed(503)));
      attempts += tried.length;
      if (end?.reason === 'overloaded') {
        overloaded++;
        expect(end.retryAfterMs).toBeGreaterThan(0);
      }
    }
    expect(attempts).toBeLessThanOrEqual(1_200);
    expect(overloaded).toBeGreaterThan(400);
  });

  it('finds its way back when all upstreams have recovered', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 1_000; call++) {
      virtual.now += 20;
      virtual.call(four, always(failed(503)));
    }
    let lost = 0;
    for (let call = 0; call < 500; call++) {
      virtual.now += 20;
      if (virtual.call(four, always(ANSWERED)).end) lost++;
    }
    expect(lost).toBeLessThan(25);
  });

  it('leaves a credential alone for as long as a 429 says', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('a', { credential: 'x' }), aDeployment('a', { credential: 'y' })]);
    const limited = failed(429, { retryAfterMs: 7_000 });
    const x = ({ credential }: Deployment): Outcome => (credential.name === 'x' ? limited : ANSWERED);
    while (!virtual.call(route, x).tried.includes('a/x/m')) virtual.now += 10;
    const since = virtual.now;
    let calls = 0;
    while (virtual.now - since < 6_900) {
      virtual.now += 10;
      if (virtual.call(route, x).tried.includes('a/x/m')) calls++;
    }
    expect(calls).toBe(0);
    expect(virtual.marks).toEqual([
      { subject: expect.stringContaining('x@f1 m'), kind: 'cooldown', reason: '429', remainingMs: 7_000 },
    ]);
  });

  it('answers with the least remaining cooldown when there is nothing else', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('a'), aDeployment('b')]);
    virtual.call(route, ({ provider }) => failed(429, { retryAfterMs: provider.name === 'a' ? 9_000 : 4_000 }));
    virtual.now += 1_000;
    expect(virtual.peek(route)).toEqual({ kind: 'none', reason: 'rate-limited', retryAfterMs: 3_000 });
  });

  it('waits for the first to return where the route says so', () => {
    const virtual = new VirtualEngine();
    const patient = aRoute([aDeployment('a')], { waitMs: 4_000 });
    virtual.call(patient, always(failed(429, { retryAfterMs: 3_000 })));
    const { waited, end } = virtual.call(patient, always(ANSWERED));
    expect(end).toBeUndefined();
    expect(waited).toBeGreaterThanOrEqual(3_000);
    expect(waited).toBeLessThanOrEqual(4_000);
    virtual.call(patient, always(failed(429, { retryAfterMs: 30_000 })));
    expect(virtual.peek(patient)).toMatchObject({ kind: 'none', reason: 'rate-limited' });
  });

  it('waits for as long as the route says, and no longer', () => {
    const patient = aRoute([aDeployment('a')], { waitMs: 2_000 });
    const waits = [2_000, 2_001].map((retryAfterMs) => {
      const virtual = new VirtualEngine();
      const limited = virtual.begin(patient);
      limited?.settle(failed(429, { retryAfterMs }));
      return virtual.peek(patient);
    });
    expect(waits).toEqual([{ kind: 'wait', ms: 2_000 }, expect.objectContaining({ kind: 'none' })]);
  });

  it('asks the other credentials of an overloaded provider once that has rested', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('a', { credential: 'x' }), aDeployment('a', { credential: 'y' })], {
      waitMs: 3_000,
    });
    let calls = 0;
    const { tried, waited, end } = virtual.call(route, () => (calls++ === 0 ? failed(529) : ANSWERED));
    expect(new Set(tried).size).toBe(2);
    expect(waited).toBeGreaterThanOrEqual(2_000);
    expect(end).toBeUndefined();
  });

  it('sends nobody away without a time while one request finds out whether the only upstream works again', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    for (let call = 0; call < 12; call++) virtual.call(only, always(failed(503)));
    virtual.now += 10_000;
    virtual.begin(only);
    const refusals = Array.from({ length: 20 }, () => virtual.peek(only)).filter(({ kind }) => kind === 'none');
    expect(refusals.length).toBeGreaterThan(5);
    for (const refusal of refusals) expect(refusal).toMatchObject({ reason: 'overloaded', retryAfterMs: 1_000 });
  });

  it('waits out a short rate limit of the only deployment, once', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    const { tried, waited, end } = virtual.call(only, always(failed(429, { retryAfterMs: 1_500 })));
    expect(tried).toHaveLength(2);
    expect(waited).toBeGreaterThanOrEqual(1_500);
    expect(waited).toBeLessThan(2_000);
    expect(end).toMatchObject({ reason: 'tried', retryAfterMs: 1_500 });
  });

  it('disables a credential that is refused, in every route, and proves it with one request later', () => {
    const virtual = new VirtualEngine();
    const small = aDeployment('a', { model: 'small' });
    const one = aRoute([aDeployment('a')]);
    const other = aRoute([small], { name: 'small' });
    expect(virtual.call(one, always(failed(401))).end).toMatchObject({ reason: 'tried' });
    expect(virtual.peek(other)).toMatchObject({ reason: 'unavailable', retryAfterMs: 300_000 });
    virtual.now += 300_001;
    const probe = virtual.begin(one);
    expect(probe?.deployment.id).toBe('a/key/m');
    expect(virtual.peek(other)).toMatchObject({ kind: 'none', reason: 'unavailable' });
    probe?.firstByte(100);
    expect(virtual.peek(other)).toMatchObject({ kind: 'try' });
    expect(virtual.marks.at(-1)).toMatchObject({ kind: 'disabled', remainingMs: 0 });
  });

  it('doubles the time that a credential stays disabled, up to an hour', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    const lengths: number[] = [];
    for (let round = 0; round < 6; round++) {
      virtual.call(only, always(failed(401)));
      const { retryAfterMs = 0 } = virtual.peek(only) as { retryAfterMs?: number };
      lengths.push(retryAfterMs / 60_000);
      virtual.now += retryAfterMs + 1;
    }
    expect(lengths).toEqual([5, 10, 20, 40, 60, 60]);
  });

  it('holds nothing against a new key', () => {
    const virtual = new VirtualEngine();
    virtual.call(aRoute([aDeployment('a')]), always(failed(401)));
    expect(virtual.peek(aRoute([aDeployment('a', { fingerprint: 'f2' })]))).toMatchObject({ kind: 'try' });
  });

  it('disables a model that is not there for ten minutes, but learns nothing from a name that the caller chose', () => {
    const virtual = new VirtualEngine();
    const named = aRoute([aDeployment('a')]);
    const wildcard = aRoute([aDeployment('b', { model: undefined })], { name: '*' });
    virtual.call(named, always(failed(404)));
    virtual.call(wildcard, always(failed(404)));
    expect(virtual.peek(named)).toMatchObject({ reason: 'unavailable', retryAfterMs: 600_000 });
    expect(virtual.peek(wildcard)).toMatchObject({ kind: 'try' });
  });

  it('spills to the next tier at once, and returns slowly', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('a'), aDeployment('b', { tier: 2 })]);
    expect(virtual.call(route, failing(['a'], failed(529))).tried).toEqual(['a/key/m', 'b/key/m']);
    expect(virtual.call(route, always(ANSWERED)).tried).toEqual(['b/key/m']);
    virtual.now += 2_001;
    const firsts = Array.from({ length: 100 }, () => virtual.call(route, always(ANSWERED)).tried[0]);
    const back = firsts.filter((id) => id === 'a/key/m').length;
    expect(back).toBeGreaterThan(0);
    expect(back).toBeLessThan(30);
    virtual.now += 30_000;
    expect(virtual.call(route, always(ANSWERED)).tried).toEqual(['a/key/m']);
  });

  it('panics past breakers only, and only when nothing else is left', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('a'), aDeployment('b')]);
    for (let call = 0; call < 5; call++) virtual.call(route, always(failed('reset')));
    expect(virtual.engine.targets([route]).map(({ breaker }) => breaker.state)).toEqual(['open', 'open']);
    expect(virtual.engine.explain(route, anAsk()).panic).toBe(true);
    expect(virtual.peek(route)).toMatchObject({ kind: 'try' });
    const [, b] = virtual.engine.targets([route]);
    virtual.engine.apply({ ...markOf(virtual, route, 'a'), kind: 'cooldown', reason: '429', remainingMs: 60_000 });
    for (let call = 0; call < 50; call++) expect(virtual.peek(route)).toMatchObject({ deployment: b?.deployment });
  });

  it('does not panic because a call has used up those who are well', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('a'), aDeployment('b')]);
    for (let call = 0; call < 20; call++) virtual.call(route, failing(['a'], failed('reset')));
    expect(virtual.call(route, always(failed(500))).tried).toEqual(['b/key/m']);
  });

  it('retries no more than a fifth of the calls and what has been saved', () => {
    const virtual = new VirtualEngine();
    const many = aRoute(Array.from({ length: 200 }, (_, at) => aDeployment(`d${at}`)));
    let attempts = 0;
    for (let call = 0; call < 200; call++) attempts += virtual.call(many, always(failed(500))).tried.length;
    expect(attempts).toBeLessThanOrEqual(200 + 20 + 40);
    expect(attempts).toBeGreaterThan(200 + 20);
  });

  it('takes answers that all break off for refusals when it throttles', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    let sent = 0;
    for (let call = 0; call < 200; call++) {
      const running = virtual.begin(only);
      if (!running) continue;
      sent++;
      running.firstByte(100);
      running.settle(failed('cut'));
    }
    expect(sent).toBeLessThan(100);
  });

  it('counts an answer at its first byte, and takes that back when it breaks off', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    const running = virtual.begin(only);
    running?.firstByte(300);
    expect(virtual.engine.targets([only])[0]).toMatchObject({ window: { ok: 1, failed: 0 }, inFlight: 1 });
    running?.settle(failed('cut'));
    expect(virtual.engine.targets([only])[0]).toMatchObject({
      window: { ok: 0, failed: 1 },
      inFlight: 0,
      breaker: { consecutiveFailures: 1 },
    });
  });

  it('opens the breaker of an upstream that breaks off every answer', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    for (let call = 0; call < 5; call++) {
      const running = virtual.begin(only);
      running?.firstByte(300);
      running?.settle(failed('cut'));
    }
    expect(virtual.engine.targets([only])[0]?.breaker.state).toBe('open');
  });

  it('learns nothing from what it answers itself', () => {
    const virtual = new VirtualEngine();
    const only = aRoute([aDeployment('a')]);
    virtual.begin(only)?.settle({ kind: 'answered', local: true });
    expect(virtual.engine.targets([only])[0]).toMatchObject({ window: { ok: 0, failed: 0 }, inFlight: 0 });
  });

  it('never makes more than three attempts nor tries one twice, whatever fails how', () => {
    const anyRoute = fc.array(
      fc.record({
        provider: fc.constantFrom('a', 'b', 'c'),
        tier: fc.integer({ min: 1, max: 3 }),
        weight: fc.constantFrom(-1, 0, 0.5, 1, 100),
      }),
      { maxLength: 12 },
    );
    const anyOutcome = fc.constantFrom<Outcome>(
      ...[429, 500, 529, 401, 404].map((status) => failed(status)),
      failed('cut'),
      { kind: 'unfit' },
    );
    const property = fc.property(
      anyRoute,
      fc.array(anyOutcome, { minLength: 1 }),
      fc.integer(),
      (targets, outcomes, seed) => {
        const virtual = new VirtualEngine(seed);
        const route = aRoute(
          targets.map(({ provider, tier, weight }, at) =>
            aDeployment(provider, { credential: String(at), tier, weight }),
          ),
        );
        let at = 0;
        for (let call = 0; call < 8; call++) {
          const sent: Outcome[] = [];
          const { tried } = virtual.call(route, () => {
            const outcome = outcomes[at++ % outcomes.length] ?? ANSWERED;
            if (outcome.kind === 'failed') sent.push(outcome);
            return outcome;
          });
          expect(sent.length).toBeLessThanOrEqual(3);
          expect(new Set(tried).size).toBe(tried.length);
          virtual.now += 500;
        }
        for (const { inFlight } of virtual.engine.targets([route])) expect(inFlight).toBe(0);
      },
    );
    fc.assert(property, { numRuns: 300 });
  });
});

/** A mark about a deployment's use of its model, as another replica would make it. */
const markOf = (virtual: VirtualEngine, route: ReturnType<typeof aRoute>, provider: string): { subject: string } => {
  const other = new VirtualEngine();
  const mine = aRoute(route.deployments.filter((deployment) => deployment.provider.name === provider));
  other.call(mine, always(failed(429, { retryAfterMs: 60_000 })));
  expect(virtual.marks).toEqual([]);
  return { subject: other.marks[0]?.subject ?? '' };
};
