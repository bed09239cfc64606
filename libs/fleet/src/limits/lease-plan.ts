import type { Urgency } from '#core';
import { type Amounts, amounts, type Rate } from './amounts.js';
import { burstOf } from './burst.js';
import type { Holdings } from './holdings.js';
import { leaseSize } from './lease-size.js';
import { Spending } from './spending.js';

/** What a replica asks of the others for one credential. */
export interface LeaseAsk {
  /** Below this share of a bucket nothing is handed out. */
  floor: number;
  /** What it has to hold at least, or else nothing is handed out; 0 where it needs nothing. */
  need: Amounts;
  /** What it would hold. What it has beyond that it gives back. */
  want: Amounts;
  /** What of it will still be held when whoever waits has been served. */
  keep: Amounts;
  needPlaces: number;
  wantPlaces: number;
}

/** A replica that has sent nothing for so long holds nothing. */
const IDLE_MS = 5000;
const NOTHING = amounts(() => 0);

/** Decides what to hold, by what was used of late. */
export class LeasePlan {
  /** What the last request of somebody who waits needed. */
  typical = NOTHING;
  private readonly spending = new Spending();
  private usedAt = -Infinity;

  constructor(private readonly holdings: Holdings) {}

  used(need: Amounts, now: number): void {
    this.spending.add(need, now);
    this.typical = need;
    this.usedAt = now;
  }

  /** Nothing will be wanted any more, until something is used. */
  retire(): void {
    this.usedAt = -Infinity;
  }

  isActive(now: number): boolean {
    return now - this.usedAt < IDLE_MS;
  }

  /** What to hold while nobody waits. */
  lease(replicas: number, now: number): LeaseAsk {
    const { limits, busy, expected } = this.holdings;
    const active = this.isActive(now);
    const recent = this.spending.recent(now);
    const want = amounts((rate) => {
      const burst = burstOf(limits, rate);
      return leaseSize({ recent: recent[rate], typical: this.typical[rate], active, burst, replicas });
    });
    const share = Math.floor((limits.concurrency ?? 0) / (2 * replicas));
    const spare = active ? Math.min(share, Math.max(1, Math.ceil(busy / 2))) : 0;
    return { floor: 0, need: NOTHING, want, keep: want, needPlaces: 0, wantPlaces: busy + expected + spare };
  }

  /**
   * What to ask for while these wait, who are expected already: enough for the smallest, and if possible for all and for a
   * lease. A batch asks on top of what is held, for that was lent for those who wait, and leaves alone what is below the floor.
   */
  ask(
    waiting: readonly Amounts[],
    urgency: Urgency,
    around: { replicas: number; now: number; floor: number },
  ): LeaseAsk {
    const { want: keep, wantPlaces } = this.lease(around.replicas, around.now);
    const least = amounts((rate) => Math.min(...waiting.map((need) => need[rate])));
    const sum = amounts((rate) => waiting.reduce((total, need) => total + need[rate], 0));
    const places = { needPlaces: this.holdings.busy + 1, wantPlaces };
    if (urgency === 'interactive')
      return { floor: 0, need: least, want: amounts((rate) => sum[rate] + keep[rate]), keep, ...places };
    const held = (rate: Rate): number => Math.max(0, this.holdings.of(rate));
    return {
      floor: around.floor,
      need: amounts((rate) => held(rate) + least[rate]),
      want: amounts((rate) => held(rate) + sum[rate]),
      keep: amounts(held),
      ...places,
    };
  }

  /** Whether so much more is held than is wanted that others may miss it. */
  hoards({ want, wantPlaces }: LeaseAsk): boolean {
    const { holdings } = this;
    const { limited, limits, places, busy, expected } = holdings;
    const spare = wantPlaces - busy - expected;
    return (
      (limits.concurrency !== undefined && places > wantPlaces + spare) ||
      limited.some((rate) => holdings.of(rate) > 2 * want[rate])
    );
  }

  /** Whether a request will soon have to wait for an answer, or something is owed. */
  runsLow({ want }: LeaseAsk): boolean {
    return this.holdings.limited.some((rate) => this.holdings.of(rate) < want[rate] / 2);
  }
}
