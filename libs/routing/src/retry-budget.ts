import type { Urgency } from '#core';

const CAP = 20;
const PER_REQUEST: Record<Urgency, number> = { interactive: 0.2, batch: 0.1 };
const PER_SECOND = 1;
const LEAST_AT_ONCE = 3;
const SHARE_AT_ONCE = 0.2;

/** What another attempt of a call would be. */
export interface Step {
  /** Nothing is known against whom it would go to. */
  toWell: boolean;
  /** Whom it comes from is out of use now. */
  fromLost: boolean;
}

/**
 * What an attempt counts as. `move`: it takes a call from an upstream that is gone to one that is well. There can be no more of these
 * than there were calls under way, so it is none of the retries that grow with the calls that come.
 */
export type AttemptKind = 'first' | 'move' | 'retry';

/**
 * How many more attempts the calls of a tier may cause. First attempts are never refused.
 * - Retries: a fifth as many as there are calls and one a second, twenty saved at most. Those that go to an upstream in trouble, because
 *   there is no other, are at any moment a fifth of what is in flight at most, but three always.
 * - Moves: as many as are in flight, once. Each call that is answered gives one back, so an outage of everybody ends them.
 */
export class RetryBudget {
  private tokens = CAP;
  private at = Number.NEGATIVE_INFINITY;
  private inFlight = 0;
  private retriesInFlight = 0;
  /** Not yet given back. */
  private moves = 0;

  /** A call has come. One that its client repeats has cost a retry already. */
  deposit(now: number, urgency: Urgency, isClientRetry: boolean): void {
    this.refill(now);
    this.tokens = Math.min(CAP, this.tokens + PER_REQUEST[urgency]);
    if (isClientRetry) this.tokens = Math.max(0, this.tokens - 1);
  }

  /** Takes another attempt out of the budget, as a move if it may be one. Undefined when there is none to be had. */
  withdraw(now: number, { toWell, fromLost }: Step): 'move' | 'retry' | undefined {
    // The call itself is between two attempts, and not among those in flight.
    if (toWell && fromLost && this.moves < this.inFlight + 1) {
      this.moves++;
      return 'move';
    }
    this.refill(now);
    const atOnce = Math.max(LEAST_AT_ONCE, SHARE_AT_ONCE * this.inFlight);
    if (this.tokens < 1 || (!toWell && this.retriesInFlight + 1 > atOnce)) return undefined;
    this.tokens--;
    return 'retry';
  }

  /** An attempt was not sent after all. */
  refund(kind: AttemptKind): void {
    if (kind === 'move') this.giveBackMove();
    if (kind === 'retry') this.tokens = Math.min(CAP, this.tokens + 1);
  }

  /** An attempt begins. */
  started(kind: AttemptKind): void {
    this.inFlight++;
    if (kind === 'retry') this.retriesInFlight++;
  }

  /** An attempt is over. */
  ended(kind: AttemptKind, isAnswered: boolean): void {
    this.inFlight--;
    if (kind === 'retry') this.retriesInFlight--;
    if (isAnswered) this.giveBackMove();
  }

  private giveBackMove(): void {
    this.moves = Math.max(0, this.moves - 1);
  }

  private refill(now: number): void {
    if (now > this.at) this.tokens = Math.min(CAP, this.tokens + ((now - this.at) / 1000) * PER_SECOND);
    this.at = now;
  }
}
