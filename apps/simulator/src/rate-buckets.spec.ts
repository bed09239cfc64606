import { describe, expect, it } from '@jest/globals';
import { RateBuckets } from './rate-buckets.js';

const perMinute = (limit: number) => ({ limit, periodMs: 60_000 });

describe('a bucket', () => {
  it('allows a minute’s worth at once, then says how long to wait', () => {
    const buckets = new RateBuckets();

    const taken = [1, 2, 3].map(() => buckets.take('key', perMinute(2), 1, 0));

    expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, false]);
    expect(taken.map(({ remaining }) => remaining)).toEqual([1, 0, 0]);
    expect(taken.map(({ fullInMs }) => fullInMs)).toEqual([30_000, 60_000, 60_000]);
    expect(taken[2]?.retryAfterSeconds).toBe(30);
  });

  it('allows again after the time it told, and not before', () => {
    const buckets = new RateBuckets();
    buckets.take('key', perMinute(1), 1, 0);

    expect(buckets.take('key', perMinute(1), 1, 59_999).allowed).toBe(false);
    expect(buckets.take('key', perMinute(1), 1, 60_000).allowed).toBe(true);
  });

  it('keeps the buckets apart', () => {
    const buckets = new RateBuckets();
    buckets.take('one', perMinute(1), 1, 0);

    expect(buckets.take('other', perMinute(1), 1, 0).allowed).toBe(true);
  });

  it('allows nothing at a limit of zero', () => {
    expect(new RateBuckets().take('key', perMinute(0), 1, 0)).toMatchObject({
      allowed: false,
      remaining: 0,
      retryAfterSeconds: 60,
    });
  });

  it('can be overdrawn by what turns out later, and given back what was too much', () => {
    const buckets = new RateBuckets();

    expect(buckets.settle('key', perMinute(60), 90, 0)).toEqual({ limit: 60, remaining: 0, fullInMs: 90_000 });
    expect(buckets.take('key', perMinute(60), 10, 30_000)).toMatchObject({ allowed: false, retryAfterSeconds: 10 });
    expect(buckets.settle('key', perMinute(60), -500, 30_000)).toEqual({ limit: 60, remaining: 60, fullInMs: 0 });
  });
});
