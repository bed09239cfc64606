import { BoundedMap } from './bounded-map.js';

interface Bucket {
  held: number;
  at: number;
}

/** What a bucket holds at most, which is also what flows in during each period. */
export interface Rate {
  limit: number;
  /** Milliseconds. */
  periodMs: number;
}

/** How full a bucket is. */
export interface Level {
  limit: number;
  /** Whole units, not below 0. */
  remaining: number;
  /** Milliseconds until it is full. */
  fullInMs: number;
}

/** Outcome of asking a bucket for something. */
export interface Taken extends Level {
  allowed: boolean;
  /** Until so much is there, rounded up; zero when it was allowed. */
  retryAfterSeconds: number;
}

/**
 * Token buckets that refill continuously.
 * https://platform.claude.com/docs/en/api/rate-limits
 */
export class RateBuckets {
  readonly #buckets = new BoundedMap<string, Bucket>(10_000);

  /** Takes `amount` if it is there. `now` in milliseconds. A limit of zero allows nothing. */
  take(key: string, rate: Rate, amount: number, now: number): Taken {
    const held = this.#held(key, rate, now);
    const allowed = held >= amount;
    const level = this.#fill(key, rate, allowed ? held - amount : held, now);
    const waitMs = rate.limit > 0 ? ((amount - held) * rate.periodMs) / rate.limit : rate.periodMs;
    return { ...level, allowed, retryAfterSeconds: allowed ? 0 : Math.ceil(waitMs / 1000) };
  }

  /** Takes `amount` whether it is there or not, and gives back what is below zero. */
  settle(key: string, rate: Rate, amount: number, now: number): Level {
    return this.#fill(key, rate, Math.min(rate.limit, this.#held(key, rate, now) - amount), now);
  }

  clear(): void {
    this.#buckets.clear();
  }

  #held(key: string, { limit, periodMs }: Rate, now: number): number {
    const before = this.#buckets.get(key) ?? { held: limit, at: now };
    return Math.min(limit, before.held + ((now - before.at) * limit) / periodMs);
  }

  #fill(key: string, { limit, periodMs }: Rate, held: number, now: number): Level {
    this.#buckets.set(key, { held, at: now });
    const fullInMs = limit > 0 ? ((limit - held) * periodMs) / limit : periodMs;
    return { limit, remaining: Math.max(0, Math.floor(held)), fullInMs };
  }
}
