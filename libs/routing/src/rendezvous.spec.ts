import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { evenly, hashOf, rendezvousScore, type TextHash } from './rendezvous.js';

interface Place {
  name: string;
  hash: TextHash;
  weight: number;
}

const place = (name: string, weight = 1): Place => ({ name, hash: hashOf(name), weight });

const homeOf = (key: string, places: readonly Place[]): string => {
  const of = hashOf(key);
  const scores = places.map(({ hash, weight }) => rendezvousScore(of, hash, weight));
  return places[scores.indexOf(Math.max(...scores))]?.name ?? '';
};

const keysOf = (seed: number, count: number): string[] => Array.from({ length: count }, (_, at) => `${seed}:${at}`);

const anyPlaces = fc.uniqueArray(fc.record({ name: fc.string({ minLength: 1 }), weight: fc.constantFrom(1, 2, 5) }), {
  minLength: 2,
  maxLength: 10,
  selector: ({ name }) => name,
});

describe('rendezvous', () => {
  it('draws evenly for any candidate, whatever the keys look like', () => {
    for (const candidate of ['a/key/m', 'b/key/m', '', 'ü'.repeat(50)]) {
      const bins = Array.from({ length: 20 }, () => 0);
      for (const key of keysOf(1, 20_000)) {
        const bin = Math.floor(evenly(hashOf(key), hashOf(candidate)) * 20);
        bins[bin] = (bins[bin] ?? 0) + 1;
      }
      // Chi-square with 19 degrees of freedom: one in ten thousand is above 50.8.
      expect(bins.reduce((sum, count) => sum + (count - 1_000) ** 2 / 1_000, 0)).toBeLessThan(50.8);
    }
  });

  it('draws for one candidate independently of another', () => {
    const [a, b] = [hashOf('a/key/m'), hashOf('b/key/m')];
    const keys = keysOf(2, 20_000).map(hashOf);
    const covariance =
      keys.reduce((sum, key) => sum + (evenly(key, a) - 0.5) * (evenly(key, b) - 0.5), 0) / keys.length;
    expect(Math.abs(covariance * 12)).toBeLessThan(0.03);
  });

  it('gives each its weight in keys', () => {
    const places = [1, 2, 3, 4].map((weight) => place(`d${weight}/key/m`, weight));
    const homes = keysOf(3, 20_000).map((key) => homeOf(key, places));
    for (const { name, weight } of places)
      expect(homes.filter((home) => home === name).length / homes.length).toBeCloseTo(weight / 10, 1.7);
  });

  it('moves only the keys of a deployment that goes, and to one that comes only those that it gains', () => {
    const property = fc.property(anyPlaces, fc.integer(), (given, seed) => {
      const places = given.map(({ name, weight }) => place(name, weight));
      const [gone, ...rest] = places;
      for (const key of keysOf(seed, 50)) {
        const before = homeOf(key, places);
        if (before !== gone?.name) expect(homeOf(key, rest)).toBe(before);
      }
    });
    expect(fc.check(property, { numRuns: 300 })).toMatchObject({ failed: false });
  });

  it('moves no more than the share of whoever comes or goes, and two in a hundred', () => {
    const property = fc.property(fc.integer({ min: 2, max: 12 }), fc.integer(), (size, seed) => {
      const places = Array.from({ length: size }, (_, at) => place(`${seed}/${at}`));
      const keys = keysOf(seed, 10_000);
      const moved = keys.filter((key) => homeOf(key, places) !== homeOf(key, places.slice(1))).length;
      expect(moved / keys.length).toBeLessThanOrEqual(1 / size + 0.02);
    });
    expect(fc.check(property, { numRuns: 8, seed: 1 })).toMatchObject({ failed: false });
  });
});
