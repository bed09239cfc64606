import type { Deployment } from '#core';
import type { DeploymentState, Explanation } from '#routing';

/** An attempt that has been chosen. */
export interface Begun {
  deployment: Deployment;
  /** Those of the same call before it, in their order. */
  tried: readonly Deployment[];
  /** Of right before. */
  explanation: Explanation | undefined;
  /** Of now; needed for a second attempt and a third. */
  states: readonly DeploymentState[];
}

const OUT_OF_USE: ReadonlySet<string> = new Set(['disabled', 'cooldown', 'breaker-open', 'probing']);

const wasUsable = ({ explanation, deployment }: Begun): boolean => {
  const known = explanation?.deployments.find((one) => one.deployment === deployment);
  return known !== undefined && !OUT_OF_USE.has(known.excluded?.code ?? '');
};

const isLost = ({ states, tried }: Begun): boolean => {
  const state = states.find(({ deployment }) => deployment === tried.at(-1));
  return state !== undefined && (state.breaker.state !== 'closed' || OUT_OF_USE.has(state.excluded?.code ?? ''));
};

/**
 * The budget of a replica once more, counted from outside: a fifth of the calls and one a second, at most twenty saved, for each tier.
 * Besides, whoever has failed with somebody who cannot be used any more may move on to somebody who can: as often as there are calls
 * in flight, and once more for each that is answered.
 */
export class BudgetAudit {
  private tokens: number;
  private at = 0;
  private inFlight = 0;
  private moves = 0;

  constructor(private readonly tiers: number) {
    this.tokens = 20 * tiers;
  }

  /** Returns whether there was so much left. */
  spend(now: number, begun: Begun): boolean {
    const isRetry = begun.tried.length > 0;
    const isMove = isRetry && wasUsable(begun) && isLost(begun);
    const earned = ((now - this.at) / 1000) * this.tiers + (isRetry ? 0 : 0.2);
    this.tokens = Math.min(20 * this.tiers, this.tokens + earned);
    this.at = now;
    if (isMove && this.moves < this.inFlight + this.tiers) this.moves++;
    else if (isRetry) this.tokens--;
    this.inFlight++;
    return this.tokens >= -1e-6;
  }

  ended(isAnswered: boolean): void {
    this.inFlight--;
    if (isAnswered) this.moves = Math.max(0, this.moves - 1);
  }
}
