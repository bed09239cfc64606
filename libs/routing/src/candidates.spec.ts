import { describe, expect, it } from '@jest/globals';
import type { Deployment } from '#core';
import type { Outcome } from './outcome.js';
import { aDeployment, ANSWERED, aRoute, VirtualEngine } from './virtual-time.js';

const unfitAt =
  (...names: readonly string[]) =>
  ({ provider }: Deployment): Outcome =>
    names.includes(provider.name) ? { kind: 'unfit' } : ANSWERED;

/** Where a hundred calls were answered that some deployments cannot carry. */
const answeredBy = (deployments: readonly Deployment[], unfit: readonly string[]): Set<string | undefined> => {
  const virtual = new VirtualEngine();
  const route = aRoute(deployments);
  return new Set(Array.from({ length: 100 }, () => virtual.call(route, unfitAt(...unfit)).tried.at(-1)?.[0]));
};

describe('a tier of which a call can use only a part', () => {
  const first = [aDeployment('a', { weight: 1 }), aDeployment('b', { weight: 9 })];

  it('needs no help from the next as long as that part is well', () => {
    expect(answeredBy([...first, aDeployment('c', { tier: 2 })], ['b'])).toEqual(new Set(['a']));
  });

  it('is passed over where that part is nothing', () => {
    const route = [...first, aDeployment('c', { tier: 2 }), aDeployment('d', { tier: 3 })];
    expect(answeredBy(route, ['a', 'b', 'c'])).toEqual(new Set(['d']));
  });
});
