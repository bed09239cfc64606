import type { Estimate, Urgency } from '#core';

const LONGEST_MS = 60_000;

interface Refused {
  until: number;
  estimate: Estimate;
}

const isSmaller = (one: Estimate, other: Estimate): boolean =>
  one.inputTokens < other.inputTokens || one.outputTokens < other.outputTokens;

/**
 * The last refusal by our own limits on a credential. Until enough has come back it would be the answer to every request as large;
 * smaller ones may fit. What is refused to a batch may be kept for whoever waits, so each is remembered apart.
 */
export class OwnLimit {
  private readonly last: Record<Urgency, Refused | undefined> = { interactive: undefined, batch: undefined };

  refused(
    now: number,
    urgency: Urgency,
    { retryAfterMs, estimate }: { retryAfterMs: number; estimate: Estimate },
  ): void {
    if (!(retryAfterMs > 0)) return;
    const until = now + Math.min(retryAfterMs, LONGEST_MS);
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

  private left(now: number, refused: Refused | undefined, estimate: Estimate): number {
    return refused === undefined || refused.until <= now || isSmaller(estimate, refused.estimate)
      ? 0
      : refused.until - now;
  }
}
