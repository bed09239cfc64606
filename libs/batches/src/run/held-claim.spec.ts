import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { ChunkClaim } from '../redis/chunk-claims.js';
import type { WorkStore } from '../work-store.js';
import { HeldClaim } from './held-claim.js';

describe('a held chunk', () => {
  let now = 0;
  let held: HeldClaim;
  let stop: AbortController;
  /** How Redis answers each sign of life. */
  let answers: ((state: 'kept' | 'over') => void)[];

  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    now = 0;
    stop = new AbortController();
    answers = [];
    const store = {
      claims: { renew: () => new Promise((resolve) => answers.push(resolve)) },
      news: { listen: () => () => undefined },
    } as unknown as WorkStore;
    held = new HeldClaim(store, { work: { id: 'w' }, chunk: { index: 0 } } as ChunkClaim, () => now);
  });
  afterEach(() => {
    held.close();
    jest.useRealTimers();
  });

  const isSure = async (): Promise<boolean> => {
    let sure = false;
    held.untilSure(stop.signal).then(
      () => (sure = true),
      () => undefined,
    );
    await turn();
    return sure;
  };
  const second = (): void => {
    now += 1_000;
    jest.advanceTimersByTime(1_000);
  };

  it('goes on without Redis until its lease may have run out', async () => {
    for (let at = 1; at <= 8; at++) second();
    expect(await isSure()).toBe(true);
    second();
    expect(await isSure()).toBe(false);
    answers[0]?.('kept');
    await turn();
    second();
    answers[1]?.('kept');
    expect(await isSure()).toBe(true);
  });

  it('keeps nobody who is to stop waiting for a Redis that is away', async () => {
    for (let at = 1; at <= 9; at++) second();
    const waiting = held.untilSure(stop.signal);
    stop.abort(new Error('stop'));
    await expect(waiting).rejects.toThrow('stop');
  });

  it('sends nothing after it was suspended until it has heard that it may', async () => {
    second();
    answers[0]?.('kept');
    await turn();
    now += 5_000;
    expect(await isSure()).toBe(false);
    second();
    expect(await isSure()).toBe(false);
    answers[1]?.('kept');
    expect(await isSure()).toBe(true);
  });

  it('does not take what was asked before it was suspended for an answer', async () => {
    second();
    now += 5_000;
    second();
    answers[0]?.('kept');
    expect(await isSure()).toBe(false);
    second();
    answers[1]?.('kept');
    expect(await isSure()).toBe(true);
  });
});
