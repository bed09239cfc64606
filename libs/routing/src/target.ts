import type { Deployment, Estimate, Urgency } from '#core';
import { Breaker } from './breaker.js';
import { FirstByteScore } from './first-byte-score.js';
import { Headroom } from './headroom.js';
import type { Scope } from './outcome.js';
import { OwnLimit } from './own-limit.js';
import { Pacer } from './pacer.js';
import { slowStart } from './slow-start.js';
import type { Suspension } from './suspension.js';
import type { Throttle } from './throttle.js';

/** What deployments have in common, each by its scope. */
export interface SharedState {
  suspensions: Readonly<Record<Scope, Suspension>>;
  throttle: Throttle;
}

/** What is the same for all deployments. */
export interface Nature {
  /** Uniform in [0, 1). */
  random: () => number;
  /** The share of a throttled deployment's pace that batches leave to those who wait, from 0 to below 1. */
  keptForInteractive: number;
}

/** Why a deployment may not be used. Those of the breaker may be overridden when nothing else is left; `short` before that. */
export type Block =
  | 'disabled'
  | 'cooldown'
  | 'credential-probing'
  | 'limited'
  | 'no-headroom'
  | 'paced'
  | 'breaker-open'
  | 'breaker-probing'
  | 'short';

/** What a request has to do with whether a deployment can take it. */
export interface Demand {
  estimate: Estimate;
  urgency: Urgency;
}

/** Everything that this replica knows about one deployment. All routes that lead to it share it. */
export class Target {
  readonly breaker: Breaker;
  readonly firstByte = new FirstByteScore();
  readonly headroom = new Headroom();
  readonly ownLimit = new OwnLimit();
  private readonly pacer: Pacer;
  readonly suspensions: readonly Suspension[];
  inFlight = 0;

  constructor(
    readonly deployment: Deployment,
    readonly shared: SharedState,
    { random, keptForInteractive }: Nature,
  ) {
    this.breaker = new Breaker(random);
    this.pacer = new Pacer(keptForInteractive);
    const {
      credential,
      'credential-model': ofModel,
      'provider-model': ofProvider,
      deployment: own,
    } = shared.suspensions;
    this.suspensions = [credential, ofModel, ofProvider, own];
  }

  /** Called for every deployment of a tier at every pick, so the common case must be cheap. */
  blocks(now: number, { estimate, urgency }: Demand): Block | undefined {
    for (let at = 0; at < this.suspensions.length; at++) {
      const block = this.suspensions[at]?.blocks(now);
      if (block !== undefined) return block === 'probing' ? 'credential-probing' : block;
    }
    if (this.ownLimit.remainingMs(now, urgency, estimate) > 0) return 'limited';
    const lack = this.headroom.lacks(now, estimate);
    if (lack === 'empty') return 'no-headroom';
    if (urgency === 'batch' && this.pacerAt(now).waitMs(now) > 0) return 'paced';
    const breaker = this.breaker.blocks(now);
    if (breaker !== undefined) return breaker === 'probing' ? 'breaker-probing' : breaker;
    return lack;
  }

  /** Whether the next request would be one that shows whether something works again. */
  wantsProbe(now: number): boolean {
    return this.breaker.wantsProbe(now) || this.shared.suspensions.credential.wantsProbe(now);
  }

  /** Whether nothing is known against it: no failures that keep it away, and none that it has still to make up for. */
  isWell(now: number): boolean {
    if (this.wantsProbe(now) || this.breaker.blocks(now) !== undefined) return false;
    for (let at = 0; at < this.suspensions.length; at++)
      if (this.suspensions[at]?.blocks(now) !== undefined) return false;
    return true;
  }

  /** 0.1 to 1: its share of its weight since it came back from whatever kept it away. */
  slowStart(now: number): number {
    return slowStart(now - Math.max(this.breaker.closedAt, this.suspendedUntil));
  }

  /** The pace of batches, which is told how long nothing could be sent. */
  pacerAt(now: number): Pacer {
    const { suspendedUntil } = this;
    if (suspendedUntil <= now) this.pacer.rested(suspendedUntil);
    return this.pacer;
  }

  /** When the last suspension ends or ended. */
  get suspendedUntil(): number {
    let last = Number.NEGATIVE_INFINITY;
    for (let at = 0; at < this.suspensions.length; at++) {
      const { until } = this.suspensions[at] as Suspension;
      if (until > last) last = until;
    }
    return last;
  }
}
