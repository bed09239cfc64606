import type { Deployment, Route } from '#core';
import { type Choice, MAX_ATTEMPTS, type Chooser, type Plan } from './chooser.js';
import { nextStep, type Outcome } from './outcome.js';

/** Draws from `among` with a chance proportional to weight. `random` is uniform in [0, 1). */
export const pickByWeight = (among: readonly Deployment[], random: () => number): Deployment | undefined => {
  let rest = random() * among.reduce((sum, { weight }) => sum + weight, 0);
  return among.find(({ weight }) => (rest -= weight) < 0) ?? among.at(-1);
};

/**
 * Tiers in order, weights within a tier, and each deployment at most once a call.
 * Remembers nothing between calls.
 */
export class TieredChooser implements Chooser {
  constructor(private readonly random: () => number) {}

  plan(route: Route): Plan {
    return new TieredPlan(route.deployments, this.random);
  }
}

class TieredPlan implements Plan {
  readonly policy = 'least-loaded';
  private left: readonly Deployment[];
  private attempts = 0;

  constructor(
    deployments: readonly Deployment[],
    private readonly random: () => number,
  ) {
    this.left = deployments;
  }

  reported(): void {
    // Nor do limits.
  }

  next(): Choice {
    const chosen = this.choose();
    return chosen
      ? { kind: 'try', deployment: chosen }
      : { kind: 'none', reason: this.attempts > 0 ? 'tried' : 'unavailable', retryAfterMs: undefined };
  }

  private choose(): Deployment | undefined {
    if (this.attempts >= MAX_ATTEMPTS || this.left.length === 0) return undefined;
    const tier = Math.min(...this.left.map((deployment) => deployment.tier));
    const chosen = pickByWeight(
      this.left.filter((deployment) => deployment.tier === tier),
      this.random,
    );
    this.left = this.left.filter((deployment) => deployment !== chosen);
    this.attempts++;
    return chosen;
  }

  firstByte(): void {
    // Speed plays no part in this choice.
  }

  settled(deployment: Deployment, outcome: Outcome): void {
    if (outcome.kind === 'unfit' || outcome.kind === 'limited') this.attempts--;
    if (outcome.kind === 'answered' || outcome.kind === 'abandoned') this.left = [];
    if (outcome.kind !== 'failed') return;
    switch (nextStep(outcome.failure)) {
      case 'return':
        this.left = [];
        break;
      case 'next-provider':
        this.left = this.left.filter(({ provider }) => provider.name !== deployment.provider.name);
        break;
      case 'next-deployment':
    }
  }
}
