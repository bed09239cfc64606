import { describe, expect, it } from '@jest/globals';
import type { Route } from '#core';
import type { Exclusion } from './explanation.js';
import type { Outcome } from './outcome.js';
import { aDeployment, ANSWERED, anAsk, aRoute, failed, VirtualEngine } from './virtual-time.js';

const only = aRoute([aDeployment('a')]);
const always = (outcome: Outcome) => (): Outcome => outcome;

/** Brings about that the deployment of `only` is left out. */
type Bringing = (virtual: VirtualEngine) => void;

const after =
  (outcome: Outcome, times = 1): Bringing =>
  (virtual) => {
    for (let call = 0; call < times; call++) virtual.call(only, always(outcome));
  };

const whileProbed =
  (outcome: Outcome, times: number, untilProbedMs: number): Bringing =>
  (virtual) => {
    after(outcome, times)(virtual);
    virtual.now += untilProbedMs;
    expect(virtual.begin(only)?.deployment).toBe(only.deployments[0]);
  };

const saying =
  (remaining: number): Bringing =>
  (virtual) => {
    const running = virtual.begin(only);
    running?.reported([{ dimension: 'requests', limit: 60, remaining, resetMs: 60_000 }]);
    running?.settle(ANSWERED);
  };

const exclusionsOf = (virtual: VirtualEngine, route: Route, more: Parameters<typeof anAsk>[0]): Exclusion[] =>
  virtual.engine.explain(route, anAsk(more)).deployments.flatMap(({ excluded }) => (excluded ? [excluded] : []));

const limited: Outcome = {
  kind: 'limited',
  dimension: 'requests',
  retryAfterMs: 3_000,
  estimate: anAsk().estimate,
};

const sentenceOf = (code: string): RegExp => (code === 'tier' ? /^The tiers .*\.$/ : /^[A-Z][^.]*\.$/);

describe('why a deployment is left out', () => {
  const rows: [string, Bringing, string, RegExp, number | undefined][] = [
    ['a 401', after(failed(401)), 'disabled', /not used .* answered: 401/, 300_000],
    ['a 404 for its model', after(failed(404)), 'disabled', /not used .* answered: 404/, 600_000],
    ['a 429', after(failed(429, { retryAfterMs: 7_000 })), 'cooldown', /left alone .* answered: 429/, 7_000],
    [
      'a 429 for its tokens',
      after(failed(429, { retryAfterMs: 7_000, dimension: 'input-tokens' })),
      'cooldown',
      /answered: 429 input-tokens/,
      7_000,
    ],
    ['a 529', after(failed(529, { retryAfterMs: 9_000 })), 'cooldown', /left alone .* answered: 529/, 9_000],
    ['a 503 with a time', after(failed(503, { retryAfterMs: 9_000 })), 'cooldown', /answered: 503/, 9_000],
    ['a probe of its credential', whileProbed(failed(401), 1, 300_001), 'probing', /whether the credential/, undefined],
    ['limits of ours', after(limited), 'limited', /limits configured for its credential/, 3_000],
    ['limits of its own', saying(0), 'no-headroom', /too little of its limits/, 1_000],
  ];

  it.each(rows)('is told in a sentence after %s', (_what, bring, ...[code, words, remainingMs]) => {
    const virtual = new VirtualEngine();
    bring(virtual);
    const [exclusion] = exclusionsOf(virtual, only, {});
    expect(exclusion).toEqual({ code, reason: expect.stringMatching(words), remainingMs });
    expect(exclusion?.reason).toMatch(sentenceOf(code));
  });

  it('is told of the breaker while there is another, and of what finds out whether it has recovered', () => {
    const virtual = new VirtualEngine();
    const two = aRoute([aDeployment('a'), aDeployment('b')]);
    const sick = ({ provider }: { provider: { name: string } }): Outcome =>
      provider.name === 'a' ? failed('reset') : ANSWERED;
    for (let call = 0; call < 40; call++) virtual.call(two, sick);
    expect(exclusionsOf(virtual, two, {})).toEqual([
      { code: 'breaker-open', reason: 'It has failed too often of late.', remainingMs: expect.any(Number) },
    ]);
    virtual.now += 5_001;
    while (virtual.begin(two)?.deployment.provider.name === 'b');
    expect(exclusionsOf(virtual, two, {})).toEqual([
      {
        code: 'probing',
        reason: 'One request is finding out whether it works again.',
        remainingMs: undefined,
      },
    ]);
  });

  it('is told of the pace of batches, to batches', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 50; call++) {
      virtual.now += 100;
      virtual.begin(only, { urgency: 'batch' })?.settle(ANSWERED);
    }
    virtual.begin(only, { urgency: 'batch' })?.settle(failed(429, { retryAfterMs: 1 }));
    virtual.now += 10;
    for (let call = 0; call < 20; call++) virtual.begin(only, { urgency: 'batch' })?.settle({ kind: 'abandoned' });
    expect(exclusionsOf(virtual, only, { urgency: 'batch' })).toEqual([
      {
        code: 'paced',
        reason: expect.stringMatching(/^Batches go slower here .*\.$/),
        remainingMs: expect.any(Number),
      },
    ]);
    expect(exclusionsOf(virtual, only, {})).toEqual([]);
  });

  it('is told of the throttle, of weights, and of tiers', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([
      aDeployment('a'),
      aDeployment('b'),
      aDeployment('c', { tier: 2 }),
      aDeployment('d', { weight: 0 }),
    ]);
    expect(exclusionsOf(virtual, route, {})).toEqual([
      { code: 'tier', reason: 'The tiers before it can take the call.', remainingMs: undefined },
      { code: 'disabled', reason: 'Its weight lets nothing through.', remainingMs: undefined },
    ]);
    for (let round = 0; round < 60; round++) {
      virtual.begin(only)?.settle(failed(429, { retryAfterMs: 1 }));
      virtual.now += 10;
      // Which closes the breaker.
      for (const { provider, credential } of only.deployments) virtual.engine.enable(provider.name, credential);
    }
    expect(exclusionsOf(virtual, route, {})[0]).toEqual({
      code: 'throttled',
      reason: expect.stringMatching(/^The upstream has refused so many .*\.$/),
      remainingMs: undefined,
    });
  });

  it('is told of what keeps it out longest', () => {
    const virtual = new VirtualEngine();
    const calls = [virtual.begin(only), virtual.begin(only)];
    calls[0]?.settle(failed(529, { retryAfterMs: 20_000 }));
    calls[1]?.settle(failed(401));
    expect(exclusionsOf(virtual, only, {})).toMatchObject([
      { code: 'disabled', reason: expect.stringContaining('401') },
    ]);
    const others = new VirtualEngine();
    const more = [others.begin(only), others.begin(only)];
    more[0]?.settle(failed(529, { retryAfterMs: 20_000 }));
    others.now += 1;
    more[1]?.settle(failed(429, { retryAfterMs: 30_000 }));
    expect(exclusionsOf(others, only, {})).toMatchObject([
      { code: 'cooldown', reason: expect.stringContaining('429') },
    ]);
  });
});

describe('what an order is made by', () => {
  it.each([
    ['only', aRoute([aDeployment('a')]), undefined],
    [
      'only',
      aRoute([aDeployment('a'), aDeployment('b', { tier: 2 })], { affinity: { by: 'prefix', header: '' } }),
      'key',
    ],
    ['least-loaded', aRoute([aDeployment('a'), aDeployment('b')]), undefined],
    ['affinity', aRoute([aDeployment('a'), aDeployment('b')], { affinity: { by: 'prefix', header: '' } }), 'key'],
  ])('is %s', (policy, route, key) => {
    expect(new VirtualEngine().engine.explain(route, anAsk({ key })).policy).toBe(policy);
  });
});

describe('the share of calls that a deployment would get', () => {
  const unequal = aRoute([aDeployment('a', { weight: 1 }), aDeployment('b', { weight: 9 })]);

  /** Streams that have begun on whichever deployment is picked, and go on. */
  const busy = (virtual: VirtualEngine, calls: number, firstByteMs: Record<string, number>): void => {
    for (let call = 0; call < calls; call++) {
      const running = virtual.begin(unequal);
      running?.firstByte(firstByteMs[running.deployment.provider.name] ?? 0);
    }
  };

  it.each<[string, Bringing]>([
    ['are idle', () => undefined],
    ['are busy', (virtual) => busy(virtual, 7, { a: 500, b: 500 })],
    ['are of unequal speed', (virtual) => busy(virtual, 200, { a: 200, b: 900 })],
  ])('is what they do get when they %s', (_, bring) => {
    const virtual = new VirtualEngine();
    bring(virtual);
    const told = virtual.engine.explain(unequal, anAsk()).deployments;
    const picks = Array.from({ length: 5_000 }, () => {
      const choice = virtual.peek(unequal);
      return choice.kind === 'try' ? choice.deployment : undefined;
    });
    for (const { deployment, standing } of told)
      expect(picks.filter((pick) => pick === deployment).length / picks.length).toBeCloseTo(standing?.share ?? -1, 1.5);
    expect(told[0]?.standing?.share).toBeGreaterThanOrEqual(told[1]?.standing?.share ?? 1);
  });

  it('is all where there is nothing to choose from, and not told where a conversation has a home', () => {
    const { engine } = new VirtualEngine();
    expect(engine.explain(only, anAsk()).deployments).toMatchObject([{ standing: { share: 1 } }]);
    const homes = aRoute([aDeployment('a'), aDeployment('b')], { affinity: { by: 'prefix', header: '' } });
    for (const { standing } of engine.explain(homes, anAsk({ key: 'k' })).deployments) expect(standing).toBeUndefined();
  });
});
