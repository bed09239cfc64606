import type { Deployment, Route } from '#core';
import { hashOf, type TextHash } from './rendezvous.js';
import type { RetryBudget } from './retry-budget.js';
import type { Target } from './target.js';

/** A deployment's place in a route. */
export interface Member {
  readonly deployment: Deployment;
  readonly target: Target;
  readonly tier: Tier;
  /** Above zero, or it is never picked. */
  readonly weight: number;
  readonly hash: TextHash;
  /** The route's count of picks when it was last picked. */
  pickedAt: number;
}

export interface Tier {
  readonly number: number;
  readonly members: Member[];
  readonly budget: RetryBudget;
}

/** A route, made ready for picking: worked out once, used at every call. */
export interface RouteShape {
  readonly route: Route;
  /** Lowest number first. None is without members. */
  readonly tiers: readonly Tier[];
  readonly size: number;
  /** Some of its deployments pass on whatever name the caller has given. */
  readonly isWildcard: boolean;
  picks: number;
}

/** What a route is made of. */
export interface Parts {
  targetOf: (deployment: Deployment) => Target;
  budgetOf: (route: Route, tier: number) => RetryBudget;
}

/** Weights that are no positive numbers are refused by the configuration; here they mean: never. */
const weightOf = ({ weight }: Deployment): number => (weight > 0 && Number.isFinite(weight) ? weight : 0);

export const shapeOf = (route: Route, { targetOf, budgetOf }: Parts): RouteShape => {
  const tiers = new Map<number, Tier>();
  for (const deployment of route.deployments) {
    const number = deployment.tier;
    const tier = tiers.get(number) ?? { number, members: [], budget: budgetOf(route, number) };
    tiers.set(number, tier);
    const weight = weightOf(deployment);
    const target = targetOf(deployment);
    tier.members.push({ deployment, target, tier, weight, hash: hashOf(deployment.id), pickedAt: 0 });
  }
  const sorted = [...tiers.values()].sort((one, other) => one.number - other.number);
  const isWildcard = route.deployments.some(({ model }) => model === undefined);
  return { route, tiers: sorted, size: route.deployments.length, isWildcard, picks: 0 };
};
