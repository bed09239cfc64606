import type { Limits } from '#core';
import { type Amounts, amounts, limitOf, type Rate } from './amounts.js';
import { burstOf, msUntil } from './burst.js';

/** What is known here of the bucket that all replicas share, since it was last asked; full before that. */
export class KnownBucket {
  private left = amounts(() => Infinity);
  private at = 0;

  learn(left: Amounts, now: number): void {
    this.left = left;
    this.at = now;
  }

  /** What is in it by now, if nobody else has taken anything. */
  level(rate: Rate, limits: Limits, now: number): number {
    const back = ((limitOf(limits, rate) ?? 0) * (now - this.at)) / 60_000;
    return Math.min(burstOf(limits, rate), this.left[rate] + back);
  }

  /** How long until it has so much, or all that it can have. Milliseconds. */
  msUntil(rate: Rate, amount: number, { limits, now }: { limits: Limits; now: number }): number {
    const wanted = Math.min(amount, burstOf(limits, rate));
    return msUntil(wanted - this.level(rate, limits, now), limitOf(limits, rate) ?? 0);
  }
}
