import { describe, expect, it } from '@jest/globals';
import type { Outcome } from './outcome.js';
import { aDeployment, ANSWERED, aRoute, failed, VirtualEngine } from './virtual-time.js';

const route = aRoute([aDeployment('a'), aDeployment('b', { tier: 2 })]);

const told = (retryAfterMs: number | undefined): Outcome => failed(429, { retryAfterMs });

describe('a call that has met with rate limits only', () => {
  it.each<[string, number, number | undefined, string | undefined]>([
    ['the first, where the second is longer', 1_000, 1_900, 'a/key/m'],
    ['the second, where that is shorter', 1_900, 1_000, 'b/key/m'],
    ['the first, where the second says no time', 1_000, undefined, 'a/key/m'],
    ['the first, where the second is too long to wait for', 1_000, 30_000, 'a/key/m'],
    ['the second, where the first is too long to wait for', 30_000, 1_000, 'b/key/m'],
    ['none that is too long to wait for', 30_000, 30_000, undefined],
  ])('waits for %s', (_, first, second, expected) => {
    const virtual = new VirtualEngine();
    const outcomes = [told(first), told(second)];
    const { tried, waited } = virtual.call(route, () => outcomes.shift() ?? ANSWERED);
    expect(tried).toEqual(['a/key/m', 'b/key/m', ...(expected ? [expected] : [])]);
    expect(waited).toBeLessThan(1_200);
  });
});
