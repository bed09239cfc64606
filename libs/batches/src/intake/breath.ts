import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long other callers may be kept waiting in one go. */
const LONGEST_MS = 5;

/** Lets the event loop turn every few milliseconds of work that would otherwise hold it, because it never waits for anything. */
export class Breath {
  private since: number;

  /** `now` in milliseconds, from whenever. */
  constructor(private readonly now: () => number) {
    this.since = now();
  }

  async ifDue(): Promise<void> {
    if (this.now() - this.since < LONGEST_MS) return;
    await nextTurn();
    this.since = this.now();
  }
}
