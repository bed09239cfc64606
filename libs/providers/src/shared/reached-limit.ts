import type { Failure, LimitDimension, ReportedLimit } from '#core';

/**
 * Words that name a limit, in the order in which they count: sentences, codes, and codes with a type. A sentence that names one says how much of it there is a minute, and
 * then goes on about tokens and requests in general.
 */
const WORDS: readonly { words: RegExp; dimension: LimitDimension }[] = [
  { words: /concurren|parallel requests/i, dimension: 'concurrency' },
  { words: /output[ _-]?tokens? per|\botpm\b/i, dimension: 'output-tokens' },
  { words: /input[ _-]?tokens? per|\bitpm\b/i, dimension: 'input-tokens' },
  { words: /tokens? per|tpm|AllocationQuota|rate_limit_exceeded tokens/i, dimension: 'tokens' },
  { words: /requests? per|rpm|RateQuota|BurstRate|rate_limit_exceeded requests/i, dimension: 'requests' },
];

/** Which limit a 429 is about, and how long until it is renewed where the upstream has no `retry-after`. */
export interface ReachedLimit {
  dimension: Failure['dimension'];
  resetMs: number | undefined;
}

/** The limit that comes back last. */
const slowest = (limits: readonly ReportedLimit[]): ReportedLimit | undefined =>
  limits.toSorted((a, b) => (b.resetMs ?? 0) - (a.resetMs ?? 0))[0];

/**
 * Reads it from the upstream's words, which are exact where they name one, else from the limits of which its headers say
 * that nothing is left: a large request may be refused while there is room for a small one.
 */
export const reachedLimit = (words: string, reported: readonly ReportedLimit[]): ReachedLimit => {
  const used = slowest(reported.filter(({ remaining }) => remaining === 0));
  const named = WORDS.find((candidate) => candidate.words.test(words))?.dimension;
  return { dimension: named ?? used?.dimension, resetMs: used?.resetMs === 0 ? undefined : used?.resetMs };
};
