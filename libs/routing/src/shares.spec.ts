import { describe, expect, it } from '@jest/globals';
import type { Deployment, Route } from '#core';
import { aDeployment, ANSWERED, aRoute, failed, randomOf, VirtualEngine } from './virtual-time.js';

interface Traffic {
  perSecond: number;
  seconds: number;
  firstByteMs: (deployment: Deployment, atSecond: number) => number;
  streamMs: number;
  key?: () => string;
}

interface Start {
  atSecond: number;
  id: string;
  key: string | undefined;
}

/** Streams begun at even distances, each heard of when its first byte and its end come. Returns where each went. */
const run = (virtual: VirtualEngine, route: Route, traffic: Traffic): Start[] => {
  const events: { at: number; happen: () => void }[] = [];
  const starts: Start[] = [];
  const startedAt = virtual.now;
  for (let call = 0; call < traffic.perSecond * traffic.seconds; call++) {
    const at = startedAt + (call * 1000) / traffic.perSecond;
    events.sort((one, other) => one.at - other.at);
    for (let next = events[0]; next && next.at <= at; next = events[0]) {
      virtual.now = next.at;
      events.shift();
      next.happen();
    }
    virtual.now = at;
    const key = traffic.key?.();
    const running = virtual.begin(route, { key });
    if (!running) continue;
    const atSecond = (at - startedAt) / 1000;
    const afterMs = traffic.firstByteMs(running.deployment, atSecond);
    starts.push({ atSecond, id: running.deployment.id, key });
    events.push({ at: at + afterMs, happen: () => running.firstByte(afterMs) });
    events.push({ at: at + afterMs + traffic.streamMs, happen: () => running.settle(ANSWERED) });
  }
  for (const { at, happen } of events.toSorted((one, other) => one.at - other.at)) {
    virtual.now = at;
    happen();
  }
  return starts;
};

const shareOf = (starts: readonly Start[], id: string, from = 0, to = Number.POSITIVE_INFINITY): number => {
  const within = starts.filter(({ atSecond }) => atSecond >= from && atSecond < to);
  return within.filter((start) => start.id === id).length / within.length;
};

const routeOf = (size: number, by: Route['affinity']['by'] = 'none'): Route =>
  aRoute(
    Array.from({ length: size }, (_, at) => aDeployment(`d${at}`)),
    { affinity: { by, header: '' } },
  );

describe('going by load', () => {
  const sizesAndRates = [2, 4, 20].flatMap((size) => [10, 50].map((perSecond) => [size, perSecond] as const));
  it.each(sizesAndRates)(
    'takes one of %i out of the way when it becomes ten times slower, and finds out when it is fast again (%i/s)',
    (size, perSecond) => {
      const virtual = new VirtualEngine(size);
      const noise = randomOf(7);
      const slow = 'd0/key/m';
      const firstByteMs = ({ id }: Deployment, at: number): number =>
        (id === slow && at >= 20 && at < 80 ? 2_000 : 200) * (0.8 + 0.4 * noise());
      const starts = run(virtual, routeOf(size), { perSecond, seconds: 200, firstByteMs, streamMs: 1_000 });
      expect(shareOf(starts, slow, 30, 80)).toBeLessThan(0.1);
      expect(shareOf(starts, slow, 140)).toBeGreaterThan(0.7 / size);
    },
  );

  it.each([1, 20, 100])('shares by weight, at %i a second', (perSecond) => {
    const virtual = new VirtualEngine();
    const noise = randomOf(7);
    const route = aRoute([aDeployment('a', { weight: 90 }), aDeployment('b', { weight: 10 })]);
    const firstByteMs = (): number => 150 + 100 * noise();
    const starts = run(virtual, route, { perSecond, seconds: 3_000 / perSecond, firstByteMs, streamMs: 3_000 });
    expect(shareOf(starts, 'b/key/m')).toBeGreaterThan(0.05);
    expect(shareOf(starts, 'b/key/m')).toBeLessThan(0.15);
  });

  it('gives a deployment that nobody knows yet as much as the others', () => {
    const virtual = new VirtualEngine();
    const old = routeOf(3);
    const traffic = { perSecond: 20, seconds: 20, firstByteMs: () => 200, streamMs: 1_000 };
    run(virtual, old, traffic);
    const starts = run(virtual, routeOf(4), traffic);
    expect(shareOf(starts, 'd3/key/m')).toBeGreaterThan(0.15);
    expect(shareOf(starts, 'd3/key/m')).toBeLessThan(0.35);
  });
});

describe('affinity', () => {
  const sixes = { perSecond: 40, seconds: 300, firstByteMs: () => 300, streamMs: 5_000 };

  it('keeps conversations where they are known, and the load even', () => {
    const random = randomOf(11);
    const route = routeOf(6, 'prefix');
    const key = (): string => `conversation ${Math.floor(random() * 400)}`;
    const starts = run(new VirtualEngine(), route, { ...sixes, key });
    const known = new Set<string>();
    let hits = 0;
    for (const start of starts) {
      const place = `${start.key} ${start.id}`;
      if (known.has(place)) hits++;
      known.add(place);
    }
    const shares = route.deployments.map(({ id }) => shareOf(starts, id));
    expect(hits / starts.length).toBeGreaterThan(0.94);
    expect(Math.max(...shares) * 6).toBeLessThan(1.35);
  });

  it('keeps a conversation together whose calls overlap, as long as they are few', () => {
    const virtual = new VirtualEngine();
    const route = routeOf(3, 'prefix');
    const homes = Array.from({ length: 4 }, () => virtual.begin(route, { key: 'the same' })?.deployment.id);
    expect(new Set(homes.slice(0, 3)).size).toBe(1);
    expect(homes[3]).not.toBe(homes[0]);
  });

  it('yields under load: one busy conversation does not bury its home', () => {
    const route = routeOf(6, 'prefix');
    const starts = run(new VirtualEngine(), route, { ...sixes, key: () => 'the same' });
    const shares = route.deployments.map(({ id }) => shareOf(starts, id)).toSorted((one, other) => other - one);
    expect(shares[0]).toBeLessThan(0.25);
  });

  it('does not flood a home that comes back, and then fills it again', () => {
    const virtual = new VirtualEngine();
    const random = randomOf(11);
    const route = routeOf(3, 'prefix');
    const home = 'd0/key/m';
    while (
      !virtual
        .call(route, ({ id }) => (id === home ? failed(429, { retryAfterMs: 5_000 }) : ANSWERED))
        .tried.includes(home)
    );
    const key = (): string => `conversation ${Math.floor(random() * 400)}`;
    const starts = run(virtual, route, { ...sixes, seconds: 60, key });
    expect(shareOf(starts, home, 0, 5)).toBe(0);
    expect(shareOf(starts, home, 5, 10)).toBeLessThan(0.15);
    expect(shareOf(starts, home, 40)).toBeGreaterThan(0.25);
  });

  it('leaves conversations at homes that are well while another tier helps out', () => {
    const virtual = new VirtualEngine();
    const route = aRoute(
      [aDeployment('a'), aDeployment('b'), aDeployment('c'), aDeployment('d', { tier: 2, weight: 3 })],
      { affinity: { by: 'prefix', header: '' } },
    );
    const homeOf = (key: string): string | undefined => virtual.call(route, () => ANSWERED, { key }).tried[0];
    const keys = Array.from({ length: 60 }, (_, at) => `conversation ${at}`);
    const before = keys.map(homeOf);
    for (const provider of ['a', 'b'])
      while (
        !virtual
          .call(route, ({ id }) => (id[0] === provider ? failed(401) : ANSWERED))
          .tried.includes(`${provider}/key/m`)
      );
    const moved = keys.map(homeOf).filter((home, at) => before[at] === 'c/key/m' && home !== 'c/key/m');
    expect(moved).toEqual([]);
  });
});
