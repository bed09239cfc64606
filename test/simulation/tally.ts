const NAMES = [
  'calls',
  'answered',
  /** Ended in an error before content. */
  'failed',
  /** Ended in an error after content. */
  'broken',
  /** Their callers hung up. */
  'abandoned',
  'attempts',
  'retries',
  'waits',
  /** Chosen and not sent, because the upstream's wire could not carry the request. */
  'unfit',
  /** Chosen and not sent, because our own limits had no room. */
  'limited',
  /** Answered calls whose prompt could have been remembered: every turn but a conversation's first. */
  'repeats',
  'hits',
] as const;

/** What happened to the calls. */
export type Tally = Record<(typeof NAMES)[number], number>;

const tallyOf = (count: (name: keyof Tally) => number): Tally =>
  Object.fromEntries(NAMES.map((name) => [name, count(name)])) as Tally;

export const emptyTally = (): Tally => tallyOf(() => 0);

export const sum = (one: Tally, other: Tally): Tally => tallyOf((name) => one[name] + other[name]);

export const difference = (later: Tally, earlier: Tally): Tally => tallyOf((name) => later[name] - earlier[name]);
