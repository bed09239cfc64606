import { describe, expect, it } from '@jest/globals';
import type { HealthMark } from '#core';
import { Targets } from './targets.js';
import { aDeployment, ANSWERED, anAsk, aRoute, failed, VirtualEngine } from './virtual-time.js';

const only = aRoute([aDeployment('a')]);
const two = aRoute([aDeployment('a'), aDeployment('b')]);

/** One replica learns something; the other hears of it. */
const tell = (from: VirtualEngine, to: VirtualEngine): void => {
  for (const mark of from.marks.splice(0)) to.engine.apply(mark);
};

describe('what replicas tell each other', () => {
  it('keeps all of them from a credential that one has found limited', () => {
    const [one, other] = [new VirtualEngine(), new VirtualEngine()];
    other.peek(only);
    one.call(only, () => failed(429, { retryAfterMs: 7_000, dimension: 'requests' }));
    expect(one.marks).toMatchObject([{ kind: 'cooldown', reason: '429 requests', remainingMs: 7_000 }]);
    tell(one, other);
    expect(other.peek(only)).toMatchObject({ reason: 'rate-limited', retryAfterMs: 7_000 });
  });

  it('is known to a replica that starts later', () => {
    const [one, late] = [new VirtualEngine(), new VirtualEngine()];
    one.call(only, () => failed(401));
    tell(one, late);
    expect(late.peek(only)).toMatchObject({ reason: 'unavailable' });
  });

  it('is taken back everywhere by the first success', () => {
    const [one, other] = [new VirtualEngine(), new VirtualEngine()];
    one.call(only, () => failed(401));
    tell(one, other);
    one.now += 300_001;
    one.call(only, () => ANSWERED);
    tell(one, other);
    expect(other.peek(only)).toMatchObject({ kind: 'try' });
  });

  it('is not told again by who has heard it', () => {
    const [one, other] = [new VirtualEngine(), new VirtualEngine()];
    one.call(only, () => failed(429, { retryAfterMs: 7_000 }));
    tell(one, other);
    expect(other.marks).toEqual([]);
  });

  it('tells nothing of breakers, and holds no secret', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 5; call++) virtual.call(only, () => failed('connect'));
    expect(virtual.marks).toEqual([]);
    virtual.call(two, () => failed(403));
    expect(JSON.stringify(virtual.marks)).not.toContain('apiKey');
  });

  it.each<[string, Partial<HealthMark>]>([
    ['a time that is no number', { remainingMs: Number.NaN }],
    ['no time at all', { remainingMs: undefined }],
    ['a subject nobody has', { subject: '' }],
    ['a kind nobody knows', { kind: 'x' as HealthMark['kind'], remainingMs: Number.POSITIVE_INFINITY }],
  ])('bears %s', (_, garbage) => {
    const [one, other] = [new VirtualEngine(), new VirtualEngine()];
    one.call(only, () => failed(429, { retryAfterMs: 1_000 }));
    const mark = { ...one.marks[0], ...garbage } as HealthMark;
    other.engine.apply(mark);
    other.now += 300_000;
    expect(other.peek(only)).toMatchObject({ kind: 'try' });
  });

  it('does not keep more marks about unknown things than it should', () => {
    const targets = new Targets({ random: () => 0, keptForInteractive: 0.3 });
    const marks = Array.from({ length: 5_000 }, (_, at): HealthMark => {
      return { subject: `credential ${at}`, kind: 'disabled', reason: '401', remainingMs: 1_000 };
    });
    expect(marks.filter((mark) => targets.suspension(mark)).length).toBeLessThan(1_100);
  });
});

describe('what an operator does', () => {
  it('enables a credential at once, here and everywhere', () => {
    const [one, other] = [new VirtualEngine(), new VirtualEngine()];
    one.call(only, () => failed(401));
    tell(one, other);
    one.engine.enable('a', aDeployment('a').credential);
    expect(one.peek(only)).toMatchObject({ kind: 'try' });
    tell(one, other);
    expect(other.peek(only)).toMatchObject({ kind: 'try' });
  });

  it('enables a credential that it only knows from others', () => {
    const [one, other] = [new VirtualEngine(), new VirtualEngine()];
    other.peek(only);
    other.engine.forget();
    one.call(only, () => failed(401));
    tell(one, other);
    other.engine.enable('a', aDeployment('a').credential);
    expect(other.peek(only)).toMatchObject({ kind: 'try' });
  });

  it('enables a credential on replicas that have found it refused when this one could not be told', () => {
    const [one, other] = [new VirtualEngine(), new VirtualEngine()];
    other.peek(only);
    one.call(only, () => failed(401));
    one.call(two, () => failed(429, { retryAfterMs: 60_000 }));
    one.marks.length = 0;
    other.engine.enable('a', aDeployment('a').credential);
    expect(
      other.marks.map(({ kind, subject, remainingMs }) => `${kind} ${subject.split(' ')[0]} ${remainingMs}`),
    ).toEqual(
      ['credential', 'credential-model', 'deployment'].flatMap((scope) => [
        `disabled ${scope} 0`,
        `cooldown ${scope} 0`,
      ]),
    );
    tell(other, one);
    expect(one.peek(only)).toMatchObject({ kind: 'try' });
  });

  it('makes the engine forget', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 5; call++) virtual.call(two, () => failed('connect'));
    virtual.call(only, () => failed(401));
    virtual.engine.forget();
    expect(virtual.engine.targets([two])).toMatchObject([
      { breaker: { state: 'closed' }, excluded: undefined, slowStart: 1 },
      { breaker: { state: 'closed' }, excluded: undefined, slowStart: 1 },
    ]);
    expect(virtual.marks.at(-1)).toMatchObject({ remainingMs: 0 });
  });

  it('asks where a call would go, which changes nothing', () => {
    const [asked, left] = [new VirtualEngine(5), new VirtualEngine(5)];
    const picks = (virtual: VirtualEngine, look: boolean): unknown[] =>
      Array.from({ length: 50 }, (_, at) => {
        virtual.now += 1_000;
        if (look) virtual.engine.explain(two, anAsk());
        if (look) virtual.engine.targets([two]);
        return virtual.call(two, () => (at % 3 === 0 ? failed(503) : ANSWERED)).tried;
      });
    expect(picks(asked, true)).toEqual(picks(left, false));
  });

  it('is told who is out and why, and who is next', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([
      aDeployment('a'),
      aDeployment('b'),
      aDeployment('c', { tier: 2 }),
      aDeployment('d', { weight: 0 }),
    ]);
    while (
      !virtual
        .call(route, ({ id }) => (id[0] === 'b' ? failed(429, { retryAfterMs: 9_000 }) : ANSWERED))
        .tried[0]?.startsWith('b')
    );
    const { deployments, policy, panic, retryAfterMs } = virtual.engine.explain(route, anAsk());
    expect({ policy, panic, retryAfterMs }).toEqual({ policy: 'only', panic: false, retryAfterMs: undefined });
    expect(deployments.map(({ deployment, place, excluded }) => [deployment.id[0], place, excluded?.code])).toEqual([
      ['a', 1, undefined],
      ['b', undefined, 'cooldown'],
      ['c', undefined, 'tier'],
      ['d', undefined, 'disabled'],
    ]);
    expect(deployments[1]?.excluded).toMatchObject({ reason: expect.stringContaining('429'), remainingMs: 9_000 });
  });

  it('sees the home of a conversation first', () => {
    const virtual = new VirtualEngine();
    const route = aRoute(
      ['a', 'b', 'c', 'd'].map((name) => aDeployment(name)),
      { affinity: { by: 'prefix', header: '' } },
    );
    for (const key of ['one', 'two', 'three']) {
      const { deployments, policy } = virtual.engine.explain(route, anAsk({ key }));
      expect(policy).toBe('affinity');
      expect(virtual.call(route, () => ANSWERED, { key }).tried).toEqual([deployments[0]?.deployment.id]);
    }
  });
});

describe('a new configuration', () => {
  it('keeps what is known of deployments that stay, in every route', () => {
    const virtual = new VirtualEngine();
    virtual.call(only, () => failed(401));
    const again = aRoute([aDeployment('a', { weight: 5 }), aDeployment('new')]);
    virtual.engine.keep([again]);
    expect(virtual.call(again, () => ANSWERED).tried).toEqual(['new/key/m']);
  });

  it('shows deployments with the weights and tiers that they have now', () => {
    const virtual = new VirtualEngine();
    virtual.engine.targets([only]);
    const again = aRoute([aDeployment('a', { weight: 5, tier: 2 })]);
    virtual.engine.keep([again]);
    expect(virtual.engine.targets([again])).toMatchObject([{ deployment: { weight: 5, tier: 2 } }]);
  });

  it('forgets deployments that are gone, once no call is running on them', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 5; call++) virtual.call(only, () => failed('connect'));
    const running = virtual.begin(only);
    virtual.engine.keep([]);
    expect(virtual.engine.targets([only])[0]).toMatchObject({ inFlight: 1, breaker: { state: 'open' } });
    running?.settle(ANSWERED);
    virtual.engine.keep([]);
    expect(virtual.engine.targets([only])[0]).toMatchObject({ inFlight: 0, breaker: { state: 'closed' } });
  });

  it('takes a provider that has moved for another', () => {
    const virtual = new VirtualEngine();
    for (let call = 0; call < 5; call++) virtual.call(only, () => failed('connect'));
    const moved = aRoute([aDeployment('a', { baseUrl: 'http://127.0.0.1:2' })]);
    expect(virtual.engine.targets([moved])[0]?.breaker.state).toBe('closed');
  });
});
