import type { Urgency } from '#core';

const CAP = 20;
const PER_REQUEST: Record<Urgency, number> = { interactive: 0.2, batch: 0.1 };
const PER_SECOND = 1;
const LEAST_AT_ONCE = 3;
const SHARE_AT_ONCE = 0.2;

/**
 * How many retries the requests of a tier may cause: a fifth as many as there are requests and one a second, twenty saved at most; and at
 * any moment a fifth of what is in flight, but three always. First attempts are never refused.
 */
export class RetryBudget {
  private tokens = CAP;
  private at = Number.NEGATIVE_INFINITY;
  private inFlight = 0;
  private retriesInFlight = 0;

  /** A call has come. One that its client repeats has cost a retry already. */
  deposit(now: number, urgency: Urgency, isClientRetry: boolean): void {
    this.refill(now);
    this.tokens = Math.min(CAP, this.tokens + PER_REQUEST[urgency]);
    if (isClientRetry) this.tokens = Math.max(0, this.tokens - 1);
  }

  /** Takes a retry out of the budget, unless it is empty. */
  withdraw(now: number): boolean {
    this.refill(now);
    const atOnce = Math.max(LEAST_AT_ONCE, SHARE_AT_ONCE * this.inFlight);
    if (this.tokens < 1 || this.retriesInFlight + 1 > atOnce) return false;
    this.tokens--;
    return true;
  }

  /** A retry was not sent after all. */
  refund(): void {
    this.tokens = Math.min(CAP, this.tokens + 1);
  }

  /** An attempt begins. */
  started(isRetry: boolean): void {
    this.inFlight++;
    if (isRetry) this.retriesInFlight++;
  }

  /** An attempt is over. */
  ended(wasRetry: boolean): void {
    this.inFlight--;
    if (wasRetry) this.retriesInFlight--;
  }

  private refill(now: number): void {
    if (now > this.at) this.tokens = Math.min(CAP, this.tokens + ((now - this.at) / 1000) * PER_SECOND);
    this.at = now;
  }
}
