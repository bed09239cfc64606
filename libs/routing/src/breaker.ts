import { OutcomeRing } from './outcome-ring.js';
import { ProbeSlot } from './probe-slot.js';

const IN_A_ROW = 5;
const LEAST_SAMPLES = 10;
const LEAST_OK_SHARE = 0.5;
const BASE_OPEN_MS = 5_000;
/** Closed for so long, an outage is over, and the next one begins anew. */
const FORGIVEN_AFTER_MS = 60_000;

/**
 * Keeps traffic away from a deployment that fails: after five failures in a row, or when of ten or more requests in 30 s more than
 * half have failed. After a while it lets one real request through, which decides. Local to this replica.
 */
export class Breaker {
  readonly window = new OutcomeRing(10, 3_000);
  readonly probe = new ProbeSlot();
  /** When it last closed again. */
  closedAt = Number.NEGATIVE_INFINITY;

  private unanswered = 0;
  private cut = 0;
  private isOpen = false;
  private openedAt = Number.NEGATIVE_INFINITY;
  private openUntil = 0;
  private reopenings = 0;

  /** `random` is uniform in [0, 1). */
  constructor(private readonly random: () => number) {}

  /** Why no request may go through now. */
  blocks(now: number): 'breaker-open' | 'probing' | undefined {
    if (!this.isOpen) return undefined;
    if (now < this.openUntil) return 'breaker-open';
    return this.probe.isTaken(now) ? 'probing' : undefined;
  }

  /** Whether the next request that goes through would be the probe. */
  wantsProbe(now: number): boolean {
    return this.isOpen && now >= this.openUntil && !this.probe.isTaken(now);
  }

  state(now: number): 'closed' | 'open' | 'half-open' {
    if (!this.isOpen) return 'closed';
    return now < this.openUntil ? 'open' : 'half-open';
  }

  remainingMs(now: number): number | undefined {
    return this.isOpen && now < this.openUntil ? this.openUntil - now : undefined;
  }

  get consecutiveFailures(): number {
    return Math.max(this.unanswered, this.cut);
  }

  /**
   * An answer has begun that was asked for at `startedAt`. Returns the stamp by which the window can take it back. The probe keeps its
   * slot until another answer has begun too: as long as it is the only one, its failure opens the breaker again.
   */
  accepted(startedAt: number, now: number, isProbe: boolean): number {
    if (startedAt >= this.openedAt) {
      if (this.isOpen) this.close(now);
      if (!isProbe) this.probe.clear();
      this.unanswered = 0;
    }
    return this.window.addOk(now);
  }

  /** An answer is whole. Only that ends a row of answers that broke off: each of those had begun well. */
  completed(startedAt: number): void {
    if (startedAt >= this.openedAt) this.cut = 0;
  }

  /**
   * A request failed. One that was sent before the breaker opened belongs to the outage that opened it.
   */
  failed(now: number, { startedAt, okStamp, isProbe, inRow, openCapMs }: FailedRequest): void {
    if (startedAt < this.openedAt) return;
    if (okStamp !== undefined) this.window.takeBack(okStamp, now);
    this.window.addFailure(now);
    const row = this.lengthen(inRow);
    // Others than the probe are sent in panic only, and many at once: their failures say nothing new.
    if (isProbe || (!this.isOpen && (row >= IN_A_ROW || this.failsMostly()))) this.open(now, openCapMs);
  }

  /** Forgets everything: somebody knows better. */
  reset(now: number): void {
    if (this.isOpen) this.close(now);
    this.probe.clear();
    this.unanswered = 0;
    this.cut = 0;
    this.reopenings = 0;
  }

  /** How long the row is now that this failure belongs to. Answers that broke off before an outage may still stand in the other. */
  private lengthen(row: FailedRequest['inRow']): number {
    if (row === 'unanswered') return ++this.unanswered;
    return row === 'cut' ? ++this.cut : 0;
  }

  private failsMostly(): boolean {
    const { ok, total } = this.window;
    return total >= LEAST_SAMPLES && ok / total < LEAST_OK_SHARE;
  }

  /** `5 s · 2^k`, of which one half is chance, so that replicas do not return together. */
  private open(now: number, capMs: number): void {
    this.reopenings = now - this.closedAt < FORGIVEN_AFTER_MS || this.isOpen ? this.reopenings + 1 : 0;
    const ms = Math.min(capMs, BASE_OPEN_MS * 2 ** Math.min(this.reopenings, 20));
    this.isOpen = true;
    this.openedAt = now;
    this.openUntil = now + ms / 2 + (ms / 2) * this.random();
    this.probe.clear();
  }

  /** The counts of the outage go, or they would open it again at the first failure. The rows of failures do that when they should. */
  private close(now: number): void {
    this.isOpen = false;
    this.closedAt = now;
    this.window.clear();
  }
}

/** What the breaker wants to know of a failure. */
export interface FailedRequest {
  startedAt: number;
  /** It had been accepted before it failed. */
  okStamp: number | undefined;
  isProbe: boolean;
  /** Whether it counts among the failures in a row, and among which. */
  inRow: 'unanswered' | 'cut' | undefined;
  openCapMs: number;
}
