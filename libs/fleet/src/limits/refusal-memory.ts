import type { Refusal } from '#core';
import type { Amounts, Rate } from './amounts.js';

/** After so long it is asked again all the same, for others may have given something back. */
const LONGEST_MS = 1000;
/** Places come free without a moment that could be foretold. */
const PLACE_MS = 100;

/** Remembers that a bucket was found empty, so that a flood of requests does not become a flood of questions. */
export class RefusalMemory {
  private until = 0;
  private again = 0;
  private refusal: Refusal | undefined;
  private rate: Rate | undefined;
  private need = 0;

  /** `rate` is what was missing; undefined for a place among the concurrent calls. */
  remember(refusal: Refusal, missing: { rate: Rate | undefined; need: Amounts }, now: number): void {
    this.refusal = refusal;
    this.rate = missing.rate;
    this.need = missing.rate ? missing.need[missing.rate] : 0;
    this.until = now + refusal.retryAfterMs;
    this.again = now + Math.min(refusal.retryAfterMs, missing.rate ? LONGEST_MS : PLACE_MS);
  }

  /** The same refusal for a request that needs no less, while there is no point in asking. */
  recall(need: Amounts, now: number): Refusal | undefined {
    const { refusal, rate } = this;
    if (!refusal || now >= this.again || (rate && need[rate] < this.need)) return undefined;
    return { ...refusal, retryAfterMs: Math.max(1, Math.ceil(this.until - now)) };
  }

  /** A call has ended here: its place is free, and so much was given back. */
  ended(back: Amounts): void {
    if (!this.rate || back[this.rate] > 0) this.refusal = undefined;
  }
}
