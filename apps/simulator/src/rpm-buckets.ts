import { BoundedMap } from './bounded-map.js';

interface Bucket {
  tokens: number;
  at: number;
}

/** Outcome of asking a bucket for one request. */
export interface Taken {
  allowed: boolean;
  /** Whole requests left. */
  remaining: number;
  /** Until one request is allowed again, rounded up; zero when it was allowed. */
  retryAfterSeconds: number;
}

const MINUTE = 60_000;

/**
 * Token buckets of requests: each holds a minute's worth at most and refills continuously.
 * https://platform.claude.com/docs/en/api/rate-limits
 */
export class RpmBuckets {
  readonly #buckets = new BoundedMap<string, Bucket>(10_000);

  /** `now` in milliseconds. A limit of zero allows nothing. */
  take(key: string, perMinute: number, now: number): Taken {
    const before = this.#buckets.get(key) ?? { tokens: perMinute, at: now };
    const tokens = Math.min(perMinute, before.tokens + ((now - before.at) * perMinute) / MINUTE);
    const allowed = tokens >= 1;
    const left = allowed ? tokens - 1 : tokens;
    this.#buckets.set(key, { tokens: left, at: now });
    const waitMs = perMinute > 0 ? ((1 - tokens) * MINUTE) / perMinute : MINUTE;
    return { allowed, remaining: Math.floor(left), retryAfterSeconds: allowed ? 0 : Math.ceil(waitMs / 1000) };
  }

  clear(): void {
    this.#buckets.clear();
  }
}
