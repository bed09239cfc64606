import { describe, expect, it } from '@jest/globals';
import { RetryBudget, type Step } from './retry-budget.js';

const RETRY: Step = { toWell: true, fromLost: false };
/** There is nobody else left. */
const PANIC: Step = { toWell: false, fromLost: true };
const MOVE: Step = { toWell: true, fromLost: true };

/** How many retries are to be had in a row, each ended at once. */
const drain = (budget: RetryBudget, now: number): number => {
  let retries = 0;
  while (budget.withdraw(now, RETRY)) retries++;
  return retries;
};

describe('the retry budget', () => {
  it('saves twenty at most', () => {
    const budget = new RetryBudget();
    for (let call = 0; call < 1_000; call++) budget.deposit(0, 'interactive', false);
    expect(drain(budget, 0)).toBe(20);
  });

  it('earns a fifth of a retry with each request, and a tenth with one of a batch', () => {
    const budget = new RetryBudget();
    drain(budget, 0);
    for (let call = 0; call < 51; call++) budget.deposit(0, 'interactive', false);
    expect(drain(budget, 0)).toBe(10);
    const ofBatches = new RetryBudget();
    drain(ofBatches, 0);
    for (let call = 0; call < 51; call++) ofBatches.deposit(0, 'batch', false);
    expect(drain(ofBatches, 0)).toBe(5);
  });

  it('earns one a second besides', () => {
    const budget = new RetryBudget();
    drain(budget, 0);
    expect(drain(budget, 5_500)).toBe(5);
  });

  it("pays for a client's own retries, and never owes", () => {
    const budget = new RetryBudget();
    for (let call = 0; call < 100; call++) budget.deposit(0, 'interactive', true);
    expect(drain(budget, 0)).toBe(0);
    expect(drain(budget, 1_000)).toBe(1);
  });

  it('lets a fifth of what is in flight be retries to upstreams in trouble, but three always', () => {
    const budget = new RetryBudget();
    const running = (): number => {
      let retries = 0;
      for (; budget.withdraw(0, PANIC); retries++) budget.started('retry');
      return retries;
    };
    expect(running()).toBe(3);
    budget.ended('retry', false);
    for (let call = 0; call < 36; call++) budget.started('first');
    expect(running()).toBe(6);
  });

  it('lets all go that can, at once, where the next upstream is well', () => {
    const budget = new RetryBudget();
    for (let retry = 0; retry < 20; retry++) {
      expect(budget.withdraw(0, RETRY)).toBe('retry');
      budget.started('retry');
    }
    expect(budget.withdraw(0, RETRY)).toBeUndefined();
  });

  it('moves every call that is in flight, once, and takes none of it from the retries', () => {
    const budget = new RetryBudget();
    for (let call = 0; call < 100; call++) budget.started('first');
    let moves = 0;
    for (let call = 0; call < 100; call++) {
      budget.ended('first', false);
      if (budget.withdraw(0, MOVE) === 'move') moves++;
      budget.started('move');
    }
    expect(moves).toBe(100);
    budget.ended('move', false);
    expect(budget.withdraw(0, MOVE)).toBe('retry');
    expect(drain(budget, 0)).toBe(19);
  });

  it('gets a move back with each call that is answered', () => {
    const budget = new RetryBudget();
    expect(budget.withdraw(0, MOVE)).toBe('move');
    drain(budget, 0);
    budget.started('move');
    budget.ended('move', false);
    expect(budget.withdraw(0, MOVE)).toBeUndefined();
    budget.started('first');
    budget.ended('first', true);
    expect(budget.withdraw(0, MOVE)).toBe('move');
  });
});
