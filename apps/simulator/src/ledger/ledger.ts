import { hash } from 'node:crypto';
import { type LedgerEntry, type LedgerFilter, matches, type Outcome } from './ledger-entry.js';

export interface LedgerOptions {
  /** `counts` keeps no entries and digests nothing, for measuring. */
  mode: 'full' | 'counts';
  /** Entries kept; older ones are forgotten. */
  capacity: number;
  /** How many of the last bodies are kept, each of at most 64 KiB. */
  keepBodies: number;
}

/** Totals since the start or the last clearing. */
export interface LedgerCounts {
  seen: number;
  /** Calls under way now. */
  open: number;
  /** The most that were ever under way at once. */
  peak_open: number;
  answered: number;
  refused: number;
  faulted: number;
  aborted: number;
}

const KEPT_BODY_BYTES = 65_536;

const NO_COUNTS: LedgerCounts = { seen: 0, open: 0, peak_open: 0, answered: 0, refused: 0, faulted: 0, aborted: 0 };

interface Waiter {
  predicate: (entry: LedgerEntry) => boolean;
  resolve: (entry: LedgerEntry) => void;
}

/** Every call that was seen, in the order of arrival, as far back as the capacity reaches. */
export class Ledger {
  #entries: LedgerEntry[] = [];
  #bodies: { seq: number; body: Buffer }[] = [];
  #counts = { ...NO_COUNTS };
  readonly #waiters = new Set<Waiter>();

  constructor(readonly options: LedgerOptions) {}

  /** Writes down a call that has just arrived. */
  open(arrival: Omit<LedgerEntry, 'seq' | 'outcome'>): LedgerEntry {
    const counts = this.#counts;
    counts.seen++;
    counts.open++;
    counts.peak_open = Math.max(counts.peak_open, counts.open);
    const entry: LedgerEntry = { seq: counts.seen, ...arrival, outcome: 'open' };
    if (this.options.mode === 'full') this.#keep(entry);
    this.changed(entry);
    return entry;
  }

  #keep(entry: LedgerEntry): void {
    this.#entries.push(entry);
    // Dropped by the half, so that keeping an entry costs the same however many there are.
    if (this.#entries.length >= 2 * this.options.capacity) this.#entries = this.#entries.slice(-this.options.capacity);
  }

  /** Adds a call's body to its entry. */
  read(entry: LedgerEntry, body: Buffer): void {
    entry.body_length = body.length;
    if (this.options.mode !== 'full') return;
    entry.body_sha256 = hash('sha256', body);
    if (this.options.keepBodies === 0 || body.length > KEPT_BODY_BYTES) return;
    this.#bodies.push({ seq: entry.seq, body });
    if (this.#bodies.length > this.options.keepBodies) this.#bodies.shift();
  }

  /** Closes an entry, once; what is said later does not count. */
  close(entry: LedgerEntry, outcome: Exclude<Outcome, 'open'>, now: number): void {
    if (entry.outcome !== 'open') return;
    entry.outcome = outcome;
    if (outcome === 'aborted') entry.aborted_at = now;
    else entry.finished_at = now;
    this.#counts.open--;
    this.#counts[outcome]++;
    this.changed(entry);
  }

  /** Lets those who wait look at an entry that has changed. */
  changed(entry: LedgerEntry): void {
    for (const waiter of this.#waiters) {
      if (!waiter.predicate(entry)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(entry);
    }
  }

  /** The oldest first. */
  entries(filter: LedgerFilter = {}): LedgerEntry[] {
    return this.#entries.slice(-this.options.capacity).filter((entry) => matches(entry, filter));
  }

  /** Undefined when it is not kept any more. */
  body(seq: number): Buffer | undefined {
    return this.#bodies.find((kept) => kept.seq === seq)?.body;
  }

  counts(): LedgerCounts {
    return { ...this.#counts };
  }

  /**
   * The first entry, among those kept and those to come, of which the predicate is true; it is asked again whenever an
   * entry changes. Rejects when there is none within the time.
   */
  async waitFor(predicate: (entry: LedgerEntry) => boolean, timeoutMs = 10_000): Promise<LedgerEntry> {
    return this.entries().find(predicate) ?? this.#next(predicate, timeoutMs);
  }

  /** The next entry whose caller hangs up, from now on. */
  async nextAbort(timeoutMs = 10_000): Promise<LedgerEntry> {
    return this.#next((entry) => entry.outcome === 'aborted', timeoutMs);
  }

  #next(predicate: Waiter['predicate'], timeoutMs: number): Promise<LedgerEntry> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new Error(`no such call within ${timeoutMs} ms; seen: ${JSON.stringify(this.counts())}`));
      }, timeoutMs);
      const waiter: Waiter = {
        predicate,
        resolve: (entry) => {
          clearTimeout(timer);
          resolve(entry);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** Starts anew, numbers and totals too, save that calls under way stay counted as open. */
  clear(): void {
    const { open } = this.#counts;
    this.#entries = [];
    this.#bodies = [];
    this.#counts = { ...NO_COUNTS, open, peak_open: open };
  }
}
