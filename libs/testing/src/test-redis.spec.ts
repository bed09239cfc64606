import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from './test-redis.js';

describe('a Redis for tests', () => {
  let redis: TestRedis;
  let client: Redis;

  const connect = (): Redis => {
    client = new Redis(redis.url, { retryStrategy: () => null, commandTimeout: 500 });
    client.on('error', () => undefined);
    return client;
  };

  beforeEach(async () => {
    redis = await startTestRedis({ appendOnly: true });
  }, 120_000);

  afterEach(async () => {
    client.disconnect();
    await redis.stop();
  });

  it('has what was written after it was killed and started again, on the same port', async () => {
    const { url, pid } = redis;
    await connect().set('kept', 'yes');

    await redis.kill();
    await redis.restart();

    expect(redis.url).toBe(url);
    expect(redis.pid).not.toBe(pid);
    expect(await connect().get('kept')).toBe('yes');
  });

  it('answers nothing while it is paused, and again once it goes on', async () => {
    await connect().ping();

    redis.pause();
    await expect(client.get('key')).rejects.toThrow('timed out');

    redis.resume();
    expect(await client.get('key')).toBeNull();
  });
});
