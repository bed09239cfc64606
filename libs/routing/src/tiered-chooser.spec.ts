import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Deployment, Failure, Route } from '#core';
import { TieredChooser } from './tiered-chooser.js';

const deployment = (provider: string, credential: string, tier = 1, weight = 1): Deployment => ({
  id: `${provider}/${credential}/m`,
  provider: {
    name: provider,
    kind: 'anthropic',
    baseUrl: 'http://127.0.0.1:1',
    timeouts: { connectMs: 1, firstByteMs: 1, idleMs: 1, totalMs: 1 },
  },
  credential: { name: credential, apiKey: 'k' },
  model: 'm',
  tier,
  weight,
});

const route = (...deployments: Deployment[]): Route => ({ name: 'm', deployments });
const failed = (status: number): { kind: 'failed'; failure: Failure } => ({
  kind: 'failed',
  failure: { kind: 'status', status, error: { type: 'api_error', message: 'x' } },
});

/** The ids tried when every attempt fails with `status`. */
const tried = (plan: ReturnType<TieredChooser['plan']>, status: number): string[] => {
  const ids: string[] = [];
  for (let next = plan.next(); next; next = plan.next()) {
    ids.push(next.id);
    plan.settled(next, failed(status));
  }
  return ids;
};

const first = new TieredChooser(() => 0);

describe('the tiered chooser', () => {
  it('empties a tier before it opens the next', () => {
    const plan = first.plan(route(deployment('b', 'x', 2), deployment('a', 'x'), deployment('a', 'y')));
    expect(tried(plan, 500)).toEqual(['a/x/m', 'a/y/m', 'b/x/m']);
  });

  it('makes three attempts and no more', () => {
    const plan = first.plan(route(...['1', '2', '3', '4', '5'].map((name) => deployment(name, 'x'))));
    expect(tried(plan, 500)).toHaveLength(3);
  });

  it('leaves a provider that is overloaded, with all its credentials', () => {
    const plan = first.plan(route(deployment('a', 'x'), deployment('a', 'y'), deployment('b', 'x', 2)));
    expect(tried(plan, 529)).toEqual(['a/x/m', 'b/x/m']);
  });

  it('asks nobody else about a request that an upstream has refused', () => {
    const plan = first.plan(route(deployment('a', 'x'), deployment('b', 'x')));
    expect(tried(plan, 400)).toEqual(['a/x/m']);
  });

  it('does not count a deployment that could not carry the request', () => {
    const plan = first.plan(route(...['1', '2', '3', '4'].map((name) => deployment(name, 'x'))));
    const unfit = plan.next();
    if (!unfit) throw new Error('nothing was chosen');
    plan.settled(unfit, { kind: 'unfit' });
    expect(tried(plan, 500)).toHaveLength(3);
  });

  it('shares a tier by weight', () => {
    let at = 0;
    const spread = new TieredChooser(() => (at++ % 1000) / 1000);
    const ids = Array.from({ length: 1000 }, () =>
      spread.plan(route(deployment('a', 'x', 1, 3), deployment('b', 'x', 1, 1))).next(),
    );
    expect(ids.filter((chosen) => chosen?.provider.name === 'a')).toHaveLength(750);
  });

  it('never tries a deployment twice and never more than three, whatever fails how', () => {
    const anyRoute = fc.array(
      fc.record({ provider: fc.constantFrom('a', 'b', 'c'), tier: fc.integer({ min: 1, max: 3 }) }),
      {
        minLength: 1,
        maxLength: 12,
      },
    );
    const anyStatus = fc.constantFrom(429, 500, 529, 401, 404);
    fc.assert(
      fc.property(
        anyRoute,
        fc.infiniteStream(anyStatus),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999 })),
        (targets, statuses, randoms) => {
          const deployments = targets.map(({ provider, tier }, at) => deployment(provider, String(at), tier));
          const plan = new TieredChooser(() => randoms.next().value as number).plan(route(...deployments));
          const ids: string[] = [];
          let tier = 0;
          for (let next = plan.next(); next; next = plan.next()) {
            ids.push(next.id);
            expect(next.tier).toBeGreaterThanOrEqual(tier);
            tier = next.tier;
            plan.settled(next, failed(statuses.next().value as number));
          }
          expect(new Set(ids).size).toBe(ids.length);
          expect(ids.length).toBeLessThanOrEqual(3);
          expect(ids.length).toBeGreaterThan(0);
        },
      ),
    );
  });
});
