import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Grace } from './grace.js';

describe('the time that a stop leaves', () => {
  let stop: AbortController;
  let grace: Grace;

  beforeEach(() => {
    jest.useFakeTimers();
    stop = new AbortController();
    grace = new Grace(stop.signal, 60_000);
  });
  afterEach(() => {
    grace.close();
    jest.useRealTimers();
  });

  const aborted = () => [grace.callsEnd.aborted, grace.recordsEnd.aborted];
  const never = () => new Promise<never>(() => undefined);

  it('is all of it for answers under way, and some more to record them', () => {
    void grace.whileAnswering(never);
    stop.abort();
    jest.advanceTimersByTime(59_999);
    expect(aborted()).toEqual([false, false]);
    jest.advanceTimersByTime(1);
    expect(aborted()).toEqual([true, false]);
    jest.advanceTimersByTime(5_000);
    expect(aborted()).toEqual([true, true]);
  });

  it('is short for what can be done again: nothing waits for a Redis that is away', async () => {
    await grace.whileAnswering(() => Promise.resolve());
    stop.abort();
    jest.advanceTimersByTime(4_999);
    expect(grace.recordsEnd.aborted).toBe(false);
    jest.advanceTimersByTime(1);
    expect(grace.recordsEnd.aborted).toBe(true);
  });

  it('is short from the last answer on', async () => {
    let answer: () => void = () => undefined;
    const answering = grace.whileAnswering(() => new Promise<void>((resolve) => (answer = resolve)));
    stop.abort();
    jest.advanceTimersByTime(20_000);
    answer();
    await answering;
    jest.advanceTimersByTime(5_000);
    expect(grace.recordsEnd.aborted).toBe(true);
  });
});
