import type { LimitsMode, Refusal, Urgency } from '#core';
import { type Amounts, amounts, DIMENSION_OF, limitOf } from './amounts.js';
import { msUntil } from './burst.js';
import type { Holdings } from './holdings.js';
import type { KnownBucket } from './known-bucket.js';
import type { Ceiling } from './ceilings.js';
import { longest, NO_PLACE, refusalOf, type Shortage } from './shortage.js';

/** What holds while Redis is away. */
export type WithoutRedis = Exclude<LimitsMode, 'shared'>;

/** What a replica alone goes by. */
export interface OwnShareRules {
  withoutRedis: () => WithoutRedis;
  /** The share of a bucket that batches leave to whoever waits: 0 to 1. */
  keptForInteractive: number;
  replicas: () => number;
  now: () => number;
}

/** What a caller is told where nothing is admitted without Redis. */
const AWAY_RETRY_MS = 1000;

/** What a replica may do with a credential while it cannot ask the others. */
export class OwnShare {
  /** Up to when this replica's share has been filled without the others' knowing. */
  private filledAt: number | undefined;
  /** What was given away and not yet taken. */
  private handedOver: Amounts | undefined;
  /** Questions under way that tell the others of it. */
  private telling = 0;

  constructor(
    private readonly holdings: Holdings,
    private readonly known: KnownBucket,
    private readonly rules: OwnShareRules,
  ) {}

  /** Why a request may not go; undefined when it may. */
  refuse(need: Amounts, urgency: Urgency): Refusal | undefined {
    const mode = this.rules.withoutRedis();
    const [limited] = this.holdings.limited;
    if (mode === 'strict')
      return {
        kind: 'refused',
        dimension: limited ? DIMENSION_OF[limited] : 'concurrency',
        retryAfterMs: AWAY_RETRY_MS,
      };
    this.fill();
    const lack = mode === 'split' ? this.lack(need, urgency) : undefined;
    return lack && refusalOf(lack);
  }

  /**
   * After a time alone: hands this replica's share over to all, and says how much all can have left at most, which is that share
   * times the replicas. Otherwise everybody would have had a share, and then the bucket that had filled up meanwhile. Empty
   * where nothing was done alone. `accepted` or `declined` has to follow.
   */
  handOver(): Ceiling {
    this.telling++;
    if (this.filledAt === undefined) return {};
    if (!this.handedOver) {
      const share = amounts((rate) => Math.max(0, this.holdings.of(rate)));
      for (const rate of this.holdings.limited) this.holdings.lend(rate, -share[rate]);
      this.handedOver = share;
    }
    const ceiling: Ceiling = {};
    for (const rate of this.holdings.limited) ceiling[rate] = this.handedOver[rate] * this.rules.replicas();
    return ceiling;
  }

  /** The others know all again. */
  accepted(): void {
    this.telling--;
    this.filledAt = undefined;
    this.handedOver = undefined;
  }

  /** They could not be reached, and the share is this replica's as before, unless another question still tells them. */
  declined(): void {
    if (--this.telling > 0) return;
    const share = this.handedOver;
    this.handedOver = undefined;
    if (share) for (const rate of this.holdings.limited) this.holdings.lend(rate, share[rate]);
  }

  /** First with this replica's part of what all were known to have left, then with its part of what comes back. */
  private fill(): void {
    const { holdings, known, rules } = this;
    const now = rules.now();
    const replicas = rules.replicas();
    if (this.filledAt === undefined)
      for (const rate of holdings.limited)
        holdings.add(rate, Math.max(0, known.level(rate, holdings.limits, now)) / replicas);
    holdings.fill(now - (this.filledAt ?? now), replicas);
    this.filledAt = now;
  }

  /** A request that is larger than all there can be goes when all is there. */
  private lack(need: Amounts, urgency: Urgency): Shortage | undefined {
    const { holdings, rules } = this;
    const replicas = rules.replicas();
    const kept = urgency === 'batch' ? rules.keptForInteractive : 0;
    if (!holdings.hasPlaceBut(kept)) return NO_PLACE;
    const shortages: Shortage[] = [];
    for (const rate of holdings.limited) {
      const most = holdings.ownBurst(rate, replicas);
      const missing = Math.max(Math.min(need[rate], most), kept * most) - holdings.of(rate);
      const perMinute = (limitOf(holdings.limits, rate) ?? 0) / replicas;
      if (missing > 0) shortages.push({ rate, waitMs: msUntil(missing, perMinute) });
    }
    return longest(shortages);
  }
}
