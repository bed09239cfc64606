/** How long after the calls an answer that has come may still take to be recorded. */
const RECORDING_MS = 5_000;

/** A stop in order: what has begun gets some time to end by itself. */
export class Grace {
  private readonly calls = new AbortController();
  private readonly records = new AbortController();
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly begin = (): void => {
    const reason = new Error('this worker stops');
    this.timers.push(setTimeout(() => this.calls.abort(reason), this.graceMs));
    this.timers.push(setTimeout(() => this.records.abort(reason), this.graceMs + RECORDING_MS));
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

  close(): void {
    this.stop.removeEventListener('abort', this.begin);
    for (const timer of this.timers) clearTimeout(timer);
  }
}
