/** Counts of good and bad outcomes in a window of time that slides on by whole buckets, and empties itself when nothing happens. */
export class OutcomeRing {
  /** In the window as of the last look. */
  ok = 0;
  failed = 0;

  private readonly oks: Int32Array;
  private readonly fails: Int32Array;
  private head = 0;

  constructor(
    private readonly buckets: number,
    private readonly bucketMs: number,
  ) {
    this.oks = new Int32Array(buckets);
    this.fails = new Int32Array(buckets);
  }

  get total(): number {
    return this.ok + this.failed;
  }

  /** Lets go of what has grown too old. To be called before the counts are read. */
  slide(now: number): void {
    const bucket = Math.floor(now / this.bucketMs);
    if (bucket <= this.head) return;
    if (bucket - this.head >= this.buckets) this.clear();
    else for (let at = this.head + 1; at <= bucket; at++) this.empty(at % this.buckets);
    this.head = bucket;
  }

  /** Returns what `takeBack` wants to have. */
  addOk(now: number): number {
    this.slide(now);
    this.ok++;
    this.oks[this.slot] = (this.oks[this.slot] ?? 0) + 1;
    return this.head;
  }

  addFailure(now: number): void {
    this.slide(now);
    this.failed++;
    this.fails[this.slot] = (this.fails[this.slot] ?? 0) + 1;
  }

  /** An outcome that looked good was none. */
  takeBack(stamp: number, now: number): void {
    this.slide(now);
    const at = stamp % this.buckets;
    if (this.head - stamp >= this.buckets || (this.oks[at] ?? 0) === 0) return;
    this.ok--;
    this.oks[at] = (this.oks[at] ?? 0) - 1;
  }

  clear(): void {
    this.oks.fill(0);
    this.fails.fill(0);
    this.ok = 0;
    this.failed = 0;
  }

  private get slot(): number {
    return this.head % this.buckets;
  }

  private empty(at: number): void {
    this.ok -= this.oks[at] ?? 0;
    this.failed -= this.fails[at] ?? 0;
    this.oks[at] = 0;
    this.fails[at] = 0;
  }
}
