import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Refusal } from '#core';
import { needOf } from './amounts.js';
import { RefusalMemory } from './refusal-memory.js';

describe('the memory of a refusal', () => {
  const need = needOf({ inputTokens: 100, outputTokens: 0 });
  const smaller = needOf({ inputTokens: 99, outputTokens: 0 });
  const nothing = { requests: 0, input: 0, output: 0 };
  const refusal: Refusal = { kind: 'refused', dimension: 'input-tokens', retryAfterMs: 400 };
  let memory: RefusalMemory;

  beforeEach(() => {
    memory = new RefusalMemory();
  });

  it('answers alike until enough has come back, and says how long that still is', () => {
    memory.remember(refusal, { rate: 'input', need }, 1000);

    expect(memory.recall(need, 1100)).toEqual({ ...refusal, retryAfterMs: 300 });
    expect(memory.recall(need, 1400)).toBeUndefined();
  });

  it('says nothing to a request that needs less', () => {
    memory.remember(refusal, { rate: 'input', need }, 1000);

    expect(memory.recall(smaller, 1100)).toBeUndefined();
  });

  it('lasts no longer than a second, though the wait does', () => {
    memory.remember({ ...refusal, retryAfterMs: 30_000 }, { rate: 'input', need }, 0);

    expect(memory.recall(need, 999)).toMatchObject({ retryAfterMs: 29_001 });
    expect(memory.recall(need, 1000)).toBeUndefined();
  });

  it('ends when some of what was missing is given back', () => {
    memory.remember(refusal, { rate: 'input', need }, 0);
    memory.ended({ ...nothing, output: 5 });
    expect(memory.recall(need, 1)).toEqual({ ...refusal, retryAfterMs: 399 });

    memory.ended({ ...nothing, input: 5 });
    expect(memory.recall(need, 1)).toBeUndefined();
  });

  it('of a missing place ends with any call, and soon by itself', () => {
    const noPlace: Refusal = { kind: 'refused', dimension: 'concurrency', retryAfterMs: 500 };
    memory.remember(noPlace, { rate: undefined, need }, 0);
    expect(memory.recall(smaller, 99)).toEqual({ ...noPlace, retryAfterMs: 401 });
    expect(memory.recall(need, 100)).toBeUndefined();

    memory.remember(noPlace, { rate: undefined, need }, 200);
    memory.ended(nothing);
    expect(memory.recall(need, 201)).toBeUndefined();
  });
});
