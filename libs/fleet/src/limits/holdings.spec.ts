import { describe, expect, it } from '@jest/globals';
import { needOf } from './amounts.js';
import { Holdings } from './holdings.js';

describe('what a replica holds of a credential', () => {
  const request = needOf({ inputTokens: 100, outputTokens: 10 });

  it('covers a request when there is enough of everything that is limited, and a place', () => {
    const holdings = new Holdings({ rpm: 60, inputTpm: 1000, concurrency: 1 });
    expect(holdings.covers(request)).toBe(false);
    holdings.lend('requests', 1);
    holdings.lend('input', 100);
    expect(holdings.covers(request)).toBe(false);
    holdings.places = 1;
    expect(holdings.covers(request)).toBe(true);

    holdings.take(request);

    expect(holdings.covers(request)).toBe(false);
    expect(holdings.of('output')).toBe(0);
  });

  it('has none to spare of the places that others have asked for', () => {
    const holdings = new Holdings({ concurrency: 4 });
    holdings.places = 2;
    expect(holdings.hasToSpare(request)).toBe(true);
    holdings.expected = 2;
    expect(holdings.hasToSpare(request)).toBe(false);
    expect(holdings.covers(request)).toBe(true);
  });

  it('takes no more back than there may be at one stroke', () => {
    const holdings = new Holdings({ inputTpm: 1000 });
    holdings.add('input', 5000);

    expect(holdings.of('input')).toBe(1000);
  });

  it('fills alone at its part of the limit, up to its part of the burst', () => {
    const holdings = new Holdings({ rpm: 600 });
    holdings.fill(1000, 2);
    expect(holdings.of('requests')).toBeCloseTo(5);
    holdings.fill(3_600_000, 2);
    expect(holdings.of('requests')).toBe(25);
  });

  it('is not filled by a clock that goes back', () => {
    const holdings = new Holdings({ rpm: 600 });
    holdings.fill(-3_600_000, 1);

    expect(holdings.of('requests')).toBe(0);
  });

  it('has at least one request of its own, and one place, however many replicas there are', () => {
    const holdings = new Holdings({ rpm: 1, concurrency: 2 });
    holdings.fill(3_600_000, 10);

    expect(holdings.of('requests')).toBe(1);
    expect(holdings.places).toBe(1);
  });

  it('is not closed for ever by one request that was far too large', () => {
    const holdings = new Holdings({ inputTpm: 1000 });
    holdings.take({ requests: 1, input: 1_000_000, output: 0 });
    holdings.fill(0, 1);

    expect(holdings.of('input')).toBe(-2000);
  });

  it('keeps what is under way when its limits change', () => {
    const holdings = new Holdings({ concurrency: 5 });
    holdings.places = 5;
    holdings.take(request);
    holdings.limits = { rpm: 60, concurrency: 5 };

    expect(holdings.busy).toBe(1);
    expect(holdings.covers(request)).toBe(false);
    expect(holdings.limited).toEqual(['requests']);
  });
});
