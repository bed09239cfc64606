import { describe, expect, it } from '@jest/globals';
import type { LimitDimension, ReportedLimit } from '#core';
import { ceilings, lowest } from './ceilings.js';

describe('what an upstream says is left', () => {
  const limits = { rpm: 60, inputTpm: 60_000, outputTpm: 6000 };
  const says = (dimension: LimitDimension, remaining: number): ReportedLimit => ({
    dimension,
    remaining,
    limit: undefined,
    resetMs: undefined,
  });

  it('is what there was when the request was sent, and what has come back since', () => {
    expect(ceilings([says('requests', 5)], limits, 3000)).toEqual({ requests: 8 });
  });

  it('holds for both kinds of tokens where the upstream counts them together', () => {
    expect(ceilings([says('tokens', 500)], limits, 0)).toEqual({ input: 500, output: 500 });
  });

  it('is the least that it says', () => {
    expect(ceilings([says('input-tokens', 900), says('tokens', 500)], limits, 0)).toMatchObject({ input: 500 });
  });

  it.each([
    ['of what is not limited here', says('input-tokens', 1), {}],
    ['of concurrency, which is counted here', says('concurrency', 1), limits],
    ['that is no number', says('requests', Number.NaN), limits],
  ])('is not heeded %s', (_, reported, known) => {
    expect(ceilings([reported], known, 0)).toEqual({});
  });

  it('is not raised by a clock that goes back, nor lowered below nothing', () => {
    expect(ceilings([says('requests', -4)], limits, -5000)).toEqual({ requests: 0 });
  });
});

describe('two who know the most there can be', () => {
  it('are both believed', () => {
    expect(lowest({ requests: 5, input: 100 }, { requests: 7, output: 3 })).toEqual({
      requests: 5,
      input: 100,
      output: 3,
    });
    expect(lowest({}, {})).toEqual({});
  });
});
