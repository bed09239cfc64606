/** How long what has been answered may still take to be recorded everywhere. */
const RECORDING_MS = 5_000;

/** A stop in order: what has begun gets some time to end by itself. */
export class Grace {
  private readonly calls = new AbortController();
  private readonly records = new AbortController();
  private timers: NodeJS.Timeout[] = [];
  private isAnswering = false;
  private readonly begin = (): void => {
    this.clear();
    const reason = new Error('this worker stops');
    const graceMs = this.isAnswering ? this.graceMs : 0;
    this.timers = [
      setTimeout(() => this.calls.abort(reason), graceMs),
      setTimeout(() => this.records.abort(reason), graceMs + RECORDING_MS),
    ];
  };

  /** `stop` aborts when nothing new is to be begun. */
  constructor(
    readonly stop: AbortSignal,
    private readonly graceMs: number,
  ) {
    if (stop.aborted) this.begin();
    else stop.addEventListener('abort', this.begin, { once: true });
  }

  /** Aborts when calls have had their time. */
  get callsEnd(): AbortSignal {
    return this.calls.signal;
  }

  /** Aborts when recording has had its time. */
  get recordsEnd(): AbortSignal {
    return this.records.signal;
  }

  /**
   * As long as this takes, answers are under way that were paid for and are kept nowhere: a stop gives them all of its time. Before and
   * after, nothing is lost but what the next holder does as well, and Redis or storage may be away for long.
   */
  async whileAnswering<T>(answer: () => Promise<T>): Promise<T> {
    this.isAnswering = true;
    try {
      return await answer();
    } finally {
      this.isAnswering = false;
      if (this.stop.aborted) this.begin();
    }
  }

  close(): void {
    this.stop.removeEventListener('abort', this.begin);
    this.clear();
  }

  private clear(): void {
    for (const timer of this.timers) clearTimeout(timer);
  }
}
