/** Something with deadlines. */
export interface Timed {
  /** `nowMs` is the monotonic clock's. */
  tick(nowMs: number): void;
}

/**
 * One timer for every deadline of every call. A stream resets its idle deadline with each chunk, and setting a field
 * is far cheaper than resetting a timer; the price is that deadlines are met to within one period.
 */
export class Ticker {
  private readonly timed = new Set<Timed>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly now: () => number,
    private readonly periodMs = 250,
  ) {}

  add(timed: Timed): void {
    this.timed.add(timed);
    this.timer ??= setInterval(() => this.beat(), this.periodMs).unref();
  }

  delete(timed: Timed): void {
    this.timed.delete(timed);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private beat(): void {
    const now = this.now();
    for (const timed of this.timed) timed.tick(now);
  }
}
