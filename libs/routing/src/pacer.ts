const BETA = 0.7;
const SCALE = 0.4;
const SMOOTHING = 0.8;
const MEASURE_MS = 500;
const LEAST_PER_SECOND = 0.5;
/** So long after a request that somebody waited for, some of the pace is kept for the next. */
const INTERACTIVE_MS = 60_000;

/**
 * The pace of batches on one deployment, found by trying: after a refusal it falls to seven tenths, and climbs back along a cubic
 * curve, slowly near the pace at which it was refused. The adaptive mode of the AWS clients. Off until the first refusal.
 */
export class Pacer {
  private enabled = false;
  /** Requests a second. */
  private fill = 0;
  private tokens = 0;
  private refilledAt = 0;
  /** At which it was refused. */
  private pace = 0;
  private lastMost = 0;
  private throttledAt = 0;
  private measured = 0;
  private measuredAt = Number.NaN;
  private counted = 0;
  private interactiveAt = Number.NEGATIVE_INFINITY;
  private restedUntil = Number.NEGATIVE_INFINITY;

  /** `keptForInteractive`: the share of the pace that batches leave to those who wait, from 0 to below 1. */
  constructor(private readonly keptForInteractive: number) {}

  /**
   * Until then nothing could be sent, whatever the pace: that time, which is over, tells nothing of what the upstream can do, is none in
   * which the pace could climb, and is not made up for by a rush.
   */
  rested(until: number): void {
    if (until <= this.restedUntil) return;
    this.restedUntil = until;
    this.refilledAt = Math.max(this.refilledAt, until);
    this.throttledAt = Math.max(this.throttledAt, until);
    this.measuredAt = Math.max(this.measuredAt, until);
    this.counted = 0;
  }

  /** Milliseconds until a batch may send. 0: now. */
  waitMs(now: number): number {
    if (!this.enabled) return 0;
    this.refill(now);
    const missing = this.price(now) - this.tokens;
    return missing <= 0 ? 0 : (missing / this.fill) * 1000;
  }

  /** A request is on its way. Those that somebody waits for go at once, and their pace is taken off the batches'. */
  sent(now: number, urgency: 'interactive' | 'batch'): void {
    if (urgency === 'interactive') this.interactiveAt = now;
    this.measure(now);
    if (!this.enabled) return;
    this.refill(now);
    this.tokens = urgency === 'batch' ? this.tokens - this.price(now) : Math.max(0, this.tokens - 1);
  }

  /** The upstream has begun to answer a request. */
  accepted(now: number): void {
    if (!this.enabled) return;
    const seconds = (now - this.throttledAt) / 1000;
    const window = Math.cbrt((this.lastMost * (1 - BETA)) / SCALE);
    this.setFill(now, SCALE * (seconds - window) ** 3 + this.lastMost);
  }

  /**
   * The upstream has refused one for coming too fast. Those that were on their way already when the pace fell are no reason for it to fall
   * again: they only show how much of it was too much.
   */
  refused(now: number, sentAt: number): void {
    const isSame = this.enabled && sentAt <= this.throttledAt;
    if (isSame) this.pace = Math.max(0, this.pace - 1);
    else this.pace = this.enabled ? Math.min(this.measured, this.fill) : this.measured;
    if (!isSame) this.throttledAt = now;
    this.enabled = true;
    // Not all the way back at first, for that was too much: https://www.rfc-editor.org/rfc/rfc9438#section-4.7
    this.lastMost = (this.pace * (1 + BETA)) / 2;
    this.setFill(now, this.pace * BETA);
  }

  private price(now: number): number {
    return now - this.interactiveAt < INTERACTIVE_MS ? 1 / (1 - this.keptForInteractive) : 1;
  }

  private setFill(now: number, perSecond: number): void {
    this.refill(now);
    this.fill = Math.max(LEAST_PER_SECOND, Math.min(perSecond, 2 * this.measured));
    this.tokens = Math.min(this.tokens, this.capacity);
  }

  private refill(now: number): void {
    this.tokens = Math.min(this.capacity, this.tokens + ((now - this.refilledAt) / 1000) * this.fill);
    this.refilledAt = now;
  }

  /** A second's worth, and never less than the dearest request costs. */
  private get capacity(): number {
    return Math.max(this.fill, 1 / (1 - this.keptForInteractive));
  }

  /** Requests sent a second, by half seconds. */
  private measure(now: number): void {
    this.counted++;
    if (Number.isNaN(this.measuredAt)) this.measuredAt = now;
    const passed = now - this.measuredAt;
    if (passed < MEASURE_MS) return;
    this.measured = (this.counted / passed) * 1000 * SMOOTHING + this.measured * (1 - SMOOTHING);
    this.counted = 0;
    this.measuredAt = now;
  }
}
