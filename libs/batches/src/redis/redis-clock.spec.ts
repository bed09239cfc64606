import { EventEmitter } from 'node:events';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Redis } from 'ioredis';
import { RedisClock } from './redis-clock.js';

/** This machine's clock, in milliseconds. */
let local: number;
/** How far Redis is ahead of it. */
let aheadMs: number;
/** How long a question takes on its way there, and how long the answer takes on its way back. */
let way: { there: number; back: number };

class SlowRedis extends EventEmitter {
  readonly status = 'ready';

  evalsha(): Promise<number> {
    local += way.there;
    const time = Math.floor(local + aheadMs);
    local += way.back;
    return Promise.resolve(time);
  }
}

describe('the clock of Redis, told without asking', () => {
  let clock: RedisClock;

  const start = async (): Promise<void> => {
    clock = await RedisClock.open(new SlowRedis() as unknown as Redis, () => local);
  };

  const aSecond = async (): Promise<void> => {
    local += 1_000;
    await jest.advanceTimersByTimeAsync(1_000);
  };

  beforeEach(() => {
    jest.useFakeTimers();
    local = 1_000_000;
    aheadMs = 90_000;
    way = { there: 1, back: 1 };
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  it('is right within what its answer took', async () => {
    await start();
    expect(Math.abs(clock.now() - (local + aheadMs))).toBeLessThanOrEqual(2);
  });

  it('stays as it is while answers take longer one way or the other', async () => {
    await start();
    const before = clock.now() - local;
    for (const [there, back] of [
      [50, 1],
      [1, 80],
      [1, 1],
    ] as const) {
      way = { there, back };
      await aSecond();
      expect(clock.now() - local).toBe(before);
    }
  });

  it('is put right by a better answer', async () => {
    way = { there: 150, back: 1 };
    await start();
    way = { there: 1, back: 1 };
    await aSecond();
    expect(Math.abs(clock.now() - (local + aheadMs))).toBeLessThanOrEqual(2);
  });

  it('follows when Redis is put back an hour', async () => {
    await start();
    aheadMs -= 3_600_000;
    await aSecond();
    expect(Math.abs(clock.now() - (local + aheadMs))).toBeLessThanOrEqual(2);
  });
});
