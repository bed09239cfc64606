import type { Urgency } from '#core';
import { OutcomeRing } from './outcome-ring.js';

/** So many requests for each one that is accepted: nobody is hurt by twice the load, and batches give way before anybody is hurt. */
const K: Record<Urgency, number> = { interactive: 2, batch: 1.1 };
/** Fewer requests say nothing. */
const LEAST_REQUESTS = 10;
/** One in ten always gets through, or nobody would learn that the upstream is back. */
const MOST_REFUSED = 0.9;

/**
 * Keeps requests from a provider's model in proportion to how many of them it refuses, before they are sent: the adaptive
 * throttling of Google's SRE book, chapter 21, over two minutes. A request counts once it is known whether it was accepted, which
 * is at the first byte and not at the end: answers take minutes, and one that is still awaited is no refusal.
 */
export class Throttle {
  private readonly window = new OutcomeRing(12, 10_000);

  /** Returns the stamp by which an acceptance can be taken back. */
  accepted(now: number): number {
    return this.window.addOk(now);
  }

  /** Refused by the upstream, or by us on its behalf. */
  refused(now: number): void {
    this.window.addFailure(now);
  }

  takeBack(stamp: number, now: number): void {
    this.window.takeBack(stamp, now);
  }

  /** The chance that a request should not be sent. */
  chance(now: number, urgency: Urgency): number {
    this.window.slide(now);
    const { ok, total } = this.window;
    if (total < LEAST_REQUESTS) return 0;
    return Math.min(MOST_REFUSED, Math.max(0, (total - K[urgency] * ok) / (total + 1)));
  }

  /** Whether a request is rather turned away than sent. */
  isClosing(now: number, urgency: Urgency): boolean {
    return this.chance(now, urgency) > 0.5;
  }

  /** The outage that filled it is over. */
  clear(): void {
    this.window.clear();
  }
}
