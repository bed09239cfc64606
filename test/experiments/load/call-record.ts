/** A call as its caller saw it. Moments are milliseconds since the epoch, as in the simulator's ledger. */
export interface CallRecord {
  /** Place in the order in which calls were meant to start, from 0. */
  n: number;
  /** Which of the addresses it went to. */
  replica: number;
  /** When it should have started. Everything is counted from here: a caller that is kept from asking waits too. */
  intendedAt: number;
  /** Until the first byte of the body; undefined if none came. */
  firstByteMs: number | undefined;
  /** Until its end, whatever it was. */
  wholeMs: number;
  /** 0 when no head came. */
  status: number;
  /** `whole`: a message to its end. `error`: an error that the caller can read. `cut`: neither. */
  ending: 'whole' | 'error' | 'cut';
  /** `x-switchyard-provider`. */
  provider: string | undefined;
  /** `x-switchyard-attempts`, one entry an attempt: `provider/credential/model=200`. */
  attempts: readonly string[];
  /** Seconds. */
  retryAfter: number | undefined;
  /** What it was told or met in place of an answer. */
  problem: string | undefined;
}

export const isAnswered = ({ status, ending }: CallRecord): boolean => status === 200 && ending === 'whole';

/** Those that did not get an answer. */
export const failedOf = (records: readonly CallRecord[]): CallRecord[] =>
  records.filter((record) => !isAnswered(record));

/** How calls failed, most frequent first, for people; undefined when none did. */
export const failuresIn = (records: readonly CallRecord[]): string | undefined => {
  const counts = new Map<string, number>();
  for (const { status, problem, attempts } of failedOf(records)) {
    const said = (problem ?? '').replace(/,"request_id":"\w+"/, '');
    const kind = `${status} ${said} [${attempts.join(', ')}]`;
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  const sorted = [...counts].sort(([, a], [, b]) => b - a).slice(0, 3);
  return sorted.length === 0 ? undefined : sorted.map(([kind, count]) => `${count} × ${kind}`).join('; ');
};

/** Attempts that those calls took together. */
export const attemptsOf = (records: readonly CallRecord[]): number =>
  records.reduce((sum, { attempts }) => sum + attempts.length, 0);

/** The smallest value that at least this share of all do not exceed; NaN of nothing. */
export const percentile = (values: readonly number[], share: number): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
};

export const wholeMsOf = (records: readonly CallRecord[]): number[] => records.map(({ wholeMs }) => wholeMs);
