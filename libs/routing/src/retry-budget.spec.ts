import { describe, expect, it } from '@jest/globals';
import { RetryBudget } from './retry-budget.js';

/** How many retries are to be had in a row, each ended at once. */
const drain = (budget: RetryBudget, now: number): number => {
  let retries = 0;
  while (budget.withdraw(now)) retries++;
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

  it('lets a fifth of what is in flight be retries, but three always', () => {
    const budget = new RetryBudget();
    const running = (): number => {
      let retries = 0;
      for (; budget.withdraw(0); retries++) budget.started(true);
      return retries;
    };
    expect(running()).toBe(3);
    budget.ended(true);
    for (let call = 0; call < 36; call++) budget.started(false);
    expect(running()).toBe(6);
  });
});
