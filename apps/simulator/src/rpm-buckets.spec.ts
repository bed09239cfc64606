import { describe, expect, it } from '@jest/globals';
import { RpmBuckets } from './rpm-buckets.js';

describe('a requests-per-minute bucket', () => {
  it('allows a minute’s worth at once, then says how long to wait', () => {
    const buckets = new RpmBuckets();

    const taken = [1, 2, 3].map(() => buckets.take('key', 2, 0));

    expect(taken.map(({ allowed }) => allowed)).toEqual([true, true, false]);
    expect(taken.map(({ remaining }) => remaining)).toEqual([1, 0, 0]);
    expect(taken[2]?.retryAfterSeconds).toBe(30);
  });

  it('allows again after the time it told, and not before', () => {
    const buckets = new RpmBuckets();
    buckets.take('key', 1, 0);

    expect(buckets.take('key', 1, 59_999).allowed).toBe(false);
    expect(buckets.take('key', 1, 60_000).allowed).toBe(true);
  });

  it('keeps the buckets apart', () => {
    const buckets = new RpmBuckets();
    buckets.take('one', 1, 0);

    expect(buckets.take('other', 1, 0).allowed).toBe(true);
  });

  it('allows nothing at a limit of zero', () => {
    expect(new RpmBuckets().take('key', 0, 0)).toEqual({ allowed: false, remaining: 0, retryAfterSeconds: 60 });
  });
});
