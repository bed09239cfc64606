import { describe, expect, it } from '@jest/globals';
import type { ReportedLimit } from '#core';
import { Headroom } from './headroom.js';

const estimate = { inputTokens: 1_000, outputTokens: 200 };

const after = (...reported: ReportedLimit[]): Headroom => {
  const headroom = new Headroom();
  headroom.observe(0, reported);
  return headroom;
};

describe('headroom', () => {
  it.each<[ReportedLimit, 'empty' | 'short' | undefined]>([
    [{ dimension: 'requests', limit: 60, remaining: 0, resetMs: 60_000 }, 'empty'],
    [{ dimension: 'requests', limit: 60, remaining: 1, resetMs: 60_000 }, undefined],
    [{ dimension: 'input-tokens', limit: 50_000, remaining: 999, resetMs: 60_000 }, 'short'],
    [{ dimension: 'input-tokens', limit: 50_000, remaining: 1_000, resetMs: 60_000 }, undefined],
    [{ dimension: 'output-tokens', limit: 8_000, remaining: 199, resetMs: 60_000 }, 'short'],
    [{ dimension: 'tokens', limit: 50_000, remaining: 1_199, resetMs: 60_000 }, 'short'],
    // A bucket that is full takes whatever it ever takes.
    [{ dimension: 'input-tokens', limit: 500, remaining: 500, resetMs: 60_000 }, undefined],
    [{ dimension: 'requests', limit: undefined, remaining: 0, resetMs: 60_000 }, undefined],
    [{ dimension: 'requests', limit: 0, remaining: 0, resetMs: 60_000 }, undefined],
    [{ dimension: 'requests', limit: 60, remaining: -1, resetMs: 60_000 }, undefined],
    [{ dimension: 'requests', limit: 60, remaining: Number.NaN, resetMs: 60_000 }, undefined],
    [{ dimension: 'requests', limit: 60, remaining: 0, resetMs: -1 }, undefined],
  ])('of %o lacks: %s', (reported, expected) => {
    expect(after(reported).lacks(0, estimate)).toBe(expected);
  });

  it('comes back evenly, and within five minutes whatever is said', () => {
    const headroom = after({ dimension: 'input-tokens', limit: 10_000, remaining: 0, resetMs: 86_400_000 });
    expect(headroom.remainingMs(0, estimate)).toBe(30_000);
    expect(headroom.lacks(29_000, estimate)).toBe('short');
    expect(headroom.lacks(30_000, estimate)).toBeUndefined();
    expect(headroom.snapshot(300_000)).toEqual({ 'input-tokens': 10_000 });
  });

  it('believes the newest report', () => {
    const headroom = after({ dimension: 'requests', limit: 60, remaining: 0, resetMs: 60_000 });
    headroom.observe(10, [{ dimension: 'requests', limit: 60, remaining: 30, resetMs: 30_000 }]);
    expect(headroom.lacks(10, estimate)).toBeUndefined();
  });
});
