import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Fleet } from '#fleet';
import { startTestRedis, type TestRedis, until } from '#testing';
import { meddle, Replicas } from './replicas.js';

const KEY = 'sw:{fleet}:replicas';
const HOUR = 3_600_000;

describe('the number of replicas', () => {
  let redis: TestRedis;
  let replicas: Replicas;

  const counts = (fleet: Fleet, count: number, withinMs: number): Promise<number> =>
    until(
      () => fleet.replicas,
      (replicas) => replicas === count,
      withinMs,
    );

  /** A beat of somebody who will never beat again. */
  const beatOnce = (aheadMs = 0): Promise<unknown> =>
    meddle(redis.url, async (client) => {
      const [seconds] = await client.time();
      await client.zadd(KEY, Number(seconds) * 1000 + aheadMs, 'ghost');
    });

  beforeEach(async () => {
    redis = await startTestRedis();
    replicas = new Replicas(redis.url);
  }, 120_000);

  afterEach(async () => {
    await replicas.close();
    await redis.stop();
  });

  it('is known to one that comes before it is ready, and to the others within a second', async () => {
    const one = await replicas.join('same name');
    expect(one.fleet.replicas).toBe(1);

    const other = await replicas.join('same name');

    expect(other.fleet.replicas).toBe(2);
    expect(await counts(one.fleet, 2, 1200)).toBe(2);
  });

  it('falls within a second when one leaves', async () => {
    const one = await replicas.join('one');
    const other = await replicas.join('other');
    await counts(one.fleet, 2, 1200);

    await other.fleet.close();

    expect(await counts(one.fleet, 1, 1200)).toBe(1);
  });

  it('falls within seconds when one dies', async () => {
    const one = await replicas.join('one');
    await beatOnce();
    await counts(one.fleet, 2, 1200);

    expect(await counts(one.fleet, 1, 4200)).toBe(1);
  });

  it('falls just so when it died before the server’s clock was put back', async () => {
    const one = await replicas.join('one');
    await beatOnce(HOUR);
    await counts(one.fleet, 2, 1200);

    expect(await counts(one.fleet, 1, 5000)).toBe(1);
  });
});
