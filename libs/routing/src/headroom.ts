import type { Estimate, LimitDimension, ReportedLimit } from '#core';

/** Buckets of upstreams hold a minute's worth; a reset further off than this is not believed. */
const USUAL_RESET_MS = 60_000;
const LONGEST_RESET_MS = 300_000;

interface Bucket {
  dimension: LimitDimension;
  limit: number;
  remaining: number;
  resetMs: number;
  at: number;
}

const needOf = (dimension: LimitDimension, { inputTokens, outputTokens }: Estimate): number => {
  switch (dimension) {
    case 'input-tokens':
      return inputTokens;
    case 'output-tokens':
      return outputTokens;
    case 'tokens':
      return inputTokens + outputTokens;
    case 'requests':
    case 'concurrency':
      return 1;
  }
};

/** What has come back since the report is taken to come back evenly. */
const remainingOf = ({ limit, remaining, resetMs, at }: Bucket, now: number): number =>
  remaining + (limit - remaining) * Math.min(1, (now - at) / resetMs);

/** What an upstream has last said it has left for us. Goes stale by filling up again, as the upstream's own bucket does. */
export class Headroom {
  private readonly buckets: Bucket[] = [];

  /** Reports without a limit or with impossible numbers are passed over. */
  observe(now: number, reported: readonly ReportedLimit[]): void {
    for (const { dimension, limit, remaining, resetMs = USUAL_RESET_MS } of reported) {
      if (limit === undefined || !(limit > 0) || !(remaining >= 0) || !(resetMs > 0)) continue;
      const left = Math.min(remaining, limit);
      const bucket = { dimension, limit, remaining: left, resetMs: Math.min(resetMs, LONGEST_RESET_MS), at: now };
      const known = this.buckets.findIndex((other) => other.dimension === dimension);
      if (known === -1) this.buckets.push(bucket);
      else this.buckets[known] = bucket;
    }
  }

  /**
   * `empty`: not one more request. `short`: less than this one is expected to need, which the upstream may see otherwise: it does not count
   * what comes from its cache, for one.
   */
  lacks(now: number, estimate: Estimate): 'empty' | 'short' | undefined {
    let short = false;
    for (let at = 0; at < this.buckets.length; at++) {
      const bucket = this.buckets[at] as Bucket;
      const remaining = remainingOf(bucket, now);
      if (remaining >= bucket.limit) continue;
      if (remaining < 1) return 'empty';
      short ||= remaining < needOf(bucket.dimension, estimate);
    }
    return short ? 'short' : undefined;
  }

  /** Milliseconds until it lacks nothing. */
  remainingMs(now: number, estimate: Estimate): number | undefined {
    let longest = 0;
    for (const bucket of this.buckets) {
      const need = Math.min(bucket.limit, Math.max(1, needOf(bucket.dimension, estimate)));
      const missing = need - remainingOf(bucket, now);
      if (missing > 0) longest = Math.max(longest, (missing / (bucket.limit - bucket.remaining)) * bucket.resetMs);
    }
    return longest > 0 ? longest : undefined;
  }

  snapshot(now: number): Record<string, number> {
    return Object.fromEntries(this.buckets.map((bucket) => [bucket.dimension, Math.floor(remainingOf(bucket, now))]));
  }
}
