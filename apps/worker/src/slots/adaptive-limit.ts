/** What is begun with before anything is known: enough to learn fast, too little to hurt. */
const FIRST = 16;
/** What is left of the limit after trouble, and how fast it comes back. RFC 9438, 4.1 and 4.6; time is in seconds. */
const BETA = 0.7;
const C = 0.4;
/** A limit that not so much of is used has not been tried out. */
const USED = 0.8;
/** Pauses after troubles that came one after the other with no answer between them, when the upstream does not say how long. */
const SHORTEST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** No upstream is believed that wants to be left alone for longer. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/**
 * How many lines may be under way for one model, found out from how the upstreams take them, as TCP CUBIC finds out about a network
 * (RFC 9438): the limit doubles with each round of answers until there is trouble, which takes three tenths of it; then it comes back
 * on a curve over time that is flat where the trouble was and steep beyond. Trouble with no answer since the last leaves one
 * line, to try with. What was begun before the last trouble says nothing new about it.
 */
export class AdaptiveLimit {
  private limit = FIRST;
  /** Where the last trouble was. */
  private summit: number | undefined;
  private troubledAt = Number.NEGATIVE_INFINITY;
  private troubles = 0;
  private pausedUntil = Number.NEGATIVE_INFINITY;

  constructor(
    /** The most that is ever allowed. */
    private readonly most: () => number,
    /** Uniform in [0, 1). */
    private readonly random: () => number,
  ) {}

  /** Lines that may be under way. */
  get current(): number {
    return Math.max(1, Math.min(Math.floor(this.limit), this.most()));
  }

  /** Nothing may be begun before this, on the clock (milliseconds) that all calls here are given. */
  get resumesAt(): number {
    return this.pausedUntil;
  }

  mayBegin(underWay: number, now: number): boolean {
    return now >= this.pausedUntil && underWay < this.current;
  }

  /** A line came back with an answer; `underWay` counts it still. */
  answered(underWay: number, now: number): void {
    this.troubles = 0;
    if (underWay >= this.current * USED && this.limit < this.curve(now))
      this.limit = Math.min(this.most(), this.limit + 1);
  }

  /** A line that was begun at `begunAt` was refused or has failed. */
  troubled(begunAt: number, now: number, retryAfterMs: number | undefined): void {
    const isNews = begunAt > this.troubledAt;
    if (isNews) this.cut(now);
    if (isNews || retryAfterMs !== undefined)
      this.pausedUntil = Math.max(this.pausedUntil, now + this.pause(retryAfterMs));
  }

  /**
   * A line was not even sent: our own pace or limits had no room for it. They know what the upstream takes; to take from the limit as
   * well would be two hands on one wheel.
   */
  held(now: number, retryAfterMs: number | undefined): void {
    this.pausedUntil = Math.max(this.pausedUntil, now + this.pause(retryAfterMs ?? SHORTEST_PAUSE_MS));
  }

  private cut(now: number): void {
    this.troubledAt = now;
    this.troubles++;
    if (this.troubles === 1) {
      this.summit = this.current;
      this.limit = Math.max(1, this.summit * BETA);
    } else {
      this.limit = 1;
    }
  }

  /** Never sooner than asked, and not all workers at the same moment. */
  private pause(retryAfterMs: number | undefined): number {
    if (retryAfterMs === undefined) {
      const own = Math.min(LONGEST_PAUSE_MS, SHORTEST_PAUSE_MS * 2 ** (this.troubles - 1));
      return own * (0.5 + this.random() / 2);
    }
    const asked = Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
    return asked + this.random() * Math.min(asked / 4, 1_000);
  }

  private curve(now: number): number {
    if (this.summit === undefined) return Number.POSITIVE_INFINITY;
    const back = Math.cbrt((this.summit * (1 - BETA)) / C);
    return C * ((now - this.troubledAt) / 1000 - back) ** 3 + this.summit;
  }
}
