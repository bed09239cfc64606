import { setTimeout as pause } from 'node:timers/promises';
import type { Batch, Counts } from './batch.js';

const KINDS = ['succeeded', 'errored', 'canceled', 'expired'] as const;
/** Twenty times a second. */
const EVERY_MS = 50;

/** Reads a batch's live counts over and over, and notes everything that cannot be. */
export class ProgressWatch {
  readonly violations: string[] = [];
  reads = 0;
  private last: Counts | undefined;
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(private readonly batch: Batch) {
    this.done = this.watch();
  }

  /** Stops watching; resolves when the last read is in. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  private async watch(): Promise<void> {
    while (!this.stopped) {
      const counts = await this.batch.progress();
      // Not to be told is no lie.
      if (counts) this.check(counts);
      await pause(EVERY_MS);
    }
  }

  private check(counts: Counts): void {
    this.reads++;
    const { last } = this;
    const sum = KINDS.reduce((all, kind) => all + counts[kind], counts.processing);
    if (sum !== this.batch.customIds.length) this.violations.push(`a sum of ${sum}: ${JSON.stringify(counts)}`);
    for (const kind of KINDS)
      if (last && counts[kind] < last[kind]) this.violations.push(`${kind} fell from ${last[kind]} to ${counts[kind]}`);
    this.last = counts;
  }
}
