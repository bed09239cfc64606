import { describe, expect, it } from '@jest/globals';
import type { Deployment, Route } from '#core';
import type { Outcome } from './outcome.js';
import { aDeployment, ANSWERED, aRoute, failed, type Running, VirtualEngine } from './virtual-time.js';

type Behaviour = (deployment: Deployment) => Outcome;

const routeOver = (...names: string[]): Route => aRoute(names.map((name) => aDeployment(name)));

/** Calls to a route that take a while, and what becomes of them. */
class UnderWay {
  calls = 0;
  attempts = 0;
  failed = 0;
  private running: { call: Running; at: Deployment; endsAt: number }[] = [];

  constructor(
    private readonly virtual: VirtualEngine,
    private readonly route: Route,
  ) {}

  begin(count: number, lastsMs: number): void {
    for (let at = 0; at < count; at++) {
      this.calls++;
      const call = this.virtual.begin(this.route);
      if (!call) this.failed++;
      else this.run(call, call.deployment, lastsMs);
    }
  }

  /** Ends every attempt whose time has come, in no time, and goes on with what the engine chooses. */
  settle(behave: Behaviour, lastsMs: number): void {
    const due = this.running.filter(({ endsAt }) => endsAt <= this.virtual.now);
    this.running = this.running.filter(({ endsAt }) => endsAt > this.virtual.now);
    for (const { call, at } of due) {
      const outcome = behave(at);
      call.settle(outcome, at);
      if (outcome.kind === 'answered') continue;
      const choice = call.next();
      if (choice.kind === 'try') this.run(call, choice.deployment, lastsMs);
      else this.failed++;
    }
  }

  private run(call: Running, at: Deployment, lastsMs: number): void {
    this.attempts++;
    this.running.push({ call, at, endsAt: this.virtual.now + lastsMs });
  }
}

/** Those named fail so from now on. */
const gone =
  (outcome: Outcome, ...names: string[]): Behaviour =>
  ({ provider }) =>
    names.includes(provider.name) ? outcome : ANSWERED;

describe('upstreams that are lost with many calls under way', () => {
  it.each([
    ['connections are reset', failed('reset')],
    ['the credential is refused', failed(401)],
    ['the credential is at its limit', failed(429, { retryAfterMs: 20_000 })],
    ['it is overloaded', failed(529)],
    ['it answers 503', failed(503)],
  ])('cost no call when %s and another is well', (_, outcome) => {
    const virtual = new VirtualEngine();
    const calls = new UnderWay(virtual, routeOver('a', 'b'));
    calls.begin(200, 1_000);
    virtual.now += 1_000;
    calls.settle(gone(outcome, 'a'), 30_000);
    virtual.now += 30_000;
    calls.settle(gone(outcome, 'a'), 30_000);
    expect(calls.failed).toBe(0);
    expect(calls.attempts).toBeGreaterThan(250);
  });

  it('cost no call when two go one after the other, as soon as the gateway has started', () => {
    const virtual = new VirtualEngine();
    const calls = new UnderWay(virtual, routeOver('a', 'b', 'c'));
    calls.begin(90, 1_000);
    virtual.now += 1_000;
    calls.settle(gone(failed('reset'), 'a'), 1_000);
    virtual.now += 1_000;
    calls.settle(gone(failed('reset'), 'a', 'b'), 1_000);
    expect(calls.failed).toBe(0);
  });

  it('are not asked much more often when there is nobody left, whatever they say', () => {
    const outcomes = [failed('reset'), failed(503), failed(429, { retryAfterMs: 1_000 }), failed(529)];
    for (const outcome of outcomes) {
      const virtual = new VirtualEngine();
      const calls = new UnderWay(virtual, routeOver('a', 'b', 'c', 'd'));
      calls.begin(200, 1_000);
      for (let ms = 0; ms < 120_000; ms += 20) {
        virtual.now += 20;
        calls.settle(() => outcome, 1_000);
        calls.begin(1, 1_000);
      }
      expect(calls.attempts / calls.calls).toBeLessThanOrEqual(1.2);
    }
  });

  it('are not asked much more often when all of them come and go', () => {
    const virtual = new VirtualEngine();
    const calls = new UnderWay(virtual, routeOver('a', 'b', 'c', 'd'));
    for (let ms = 0; ms < 240_000; ms += 20) {
      virtual.now += 20;
      const isAway = ms % 20_000 >= 10_000;
      calls.settle(() => (isAway ? failed('reset') : ANSWERED), 2_000);
      calls.begin(1, 2_000);
    }
    expect(calls.attempts / calls.calls).toBeLessThanOrEqual(1.2);
  });

  it('make a retry of what goes back to the same one', () => {
    const virtual = new VirtualEngine();
    const route = aRoute([aDeployment('a')]);
    const again = Array.from({ length: 60 }, () => {
      let attempts = 0;
      return virtual.call(route, () => (attempts++ === 0 ? failed(429, { retryAfterMs: 1 }) : ANSWERED));
    });
    expect(again.filter(({ tried }) => tried.length > 1).length).toBeLessThanOrEqual(20 + 12 + 1);
  });
});
