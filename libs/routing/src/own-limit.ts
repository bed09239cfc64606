import type { Estimate, LimitDimension, Urgency } from '#core';

const LONGEST_MS = 60_000;

/** A refusal by our own limits. */
export interface OwnRefusal {
  dimension: LimitDimension;
  retryAfterMs: number;
  estimate: Estimate;
}

interface Refused {
  until: number;
  estimate: Estimate;
}

const isSmaller = (one: Estimate, other: Estimate): boolean =>
  one.inputTokens < other.inputTokens || one.outputTokens < other.outputTokens;

/**
 * The last refusal by our own limits on a credential. Until enough has come back it would be the answer to every request as large;
 * smaller ones may fit. What is refused to a batch may be kept for whoever waits, so each is remembered apart.
 *
 * A place among concurrent calls is another matter: it comes free when any call on the credential ends, here or elsewhere, so it
 * is asked for every time, and remembered only to tell callers when to come again.
 */
export class OwnLimit {
  private readonly last: Record<Urgency, Refused | undefined> = { interactive: undefined, batch: undefined };

  private noPlaceUntil = Number.NEGATIVE_INFINITY;

  refused(now: number, urgency: Urgency, { dimension, retryAfterMs, estimate }: OwnRefusal): void {
    if (!(retryAfterMs > 0)) return;
    const until = now + Math.min(retryAfterMs, LONGEST_MS);
    if (dimension === 'concurrency') {
      this.noPlaceUntil = until;
      return;
    }
    const { last } = this;
    const running = last[urgency];
    if (running && running.until > now && !isSmaller(estimate, running.estimate)) return;
    last[urgency] = { until, estimate };
  }

  /** Milliseconds until such a request may fit. 0: it may now. */
  remainingMs(now: number, urgency: Urgency, estimate: Estimate): number {
    return Math.max(
      this.left(now, this.last.interactive, estimate),
      urgency === 'batch' ? this.left(now, this.last.batch, estimate) : 0,
    );
  }

  /** Milliseconds until it is worth coming again for a place, since the last was refused. 0: nothing is known against it. */
  noPlaceMs(now: number): number {
    return Math.max(0, this.noPlaceUntil - now);
  }

  private left(now: number, refused: Refused | undefined, estimate: Estimate): number {
    return refused === undefined || refused.until <= now || isSmaller(estimate, refused.estimate)
      ? 0
      : refused.until - now;
  }
}
