import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { maskPassword } from './ping-redis.js';
import { type AcquiredRedis, acquireRedis } from './redis.js';

describe('a Redis of our own', () => {
  let folder: string;
  let acquired: AcquiredRedis[];

  const acquire = async (): Promise<AcquiredRedis> => {
    const redis = await acquireRedis({
      env: { ...process.env, REDIS_URL: undefined },
      dataFolder: join(folder, 'redis'),
      cacheFolder: resolve('.cache/redis'),
      say: () => undefined,
    });
    acquired.push(redis);
    return redis;
  };

  const ask = async <T>(url: string, question: (redis: Redis) => Promise<T>): Promise<T> => {
    const redis = new Redis(url);
    try {
      return await question(redis);
    } finally {
      redis.disconnect();
    }
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'switchyard-redis-'));
    acquired = [];
  });

  afterEach(async () => {
    for (const redis of acquired) await redis.stop();
    await rm(folder, { recursive: true });
  });

  it('loses nothing: it appends, and evicts nobody', async () => {
    const { url } = await acquire();

    const settings = await ask(url, (redis) => redis.config('GET', 'appendonly', 'maxmemory-policy', 'bind'));
    expect(settings).toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'maxmemory-policy', 'noeviction', 'bind', '127.0.0.1']),
    );
  }, 120_000);

  it('has its data after a restart', async () => {
    const first = await acquire();
    await ask(first.url, (redis) => redis.set('kept', 'yes'));
    await first.stop();
    const second = await acquire();

    expect(await ask(second.url, (redis) => redis.get('kept'))).toBe('yes');
  }, 120_000);

  it('is shared, not doubled, by a second start in the same folder', async () => {
    const first = await acquire();
    const second = await acquire();

    expect(second.url).toBe(first.url);
    expect(second.origin).toContain('runs on');
    await second.stop();
    expect(await ask(first.url, (redis) => redis.ping())).toBe('PONG');
  }, 120_000);

  it('is taken over from a start that was killed', async () => {
    const first = await acquire();
    const record = join(folder, 'redis', 'running');
    const killed = spawnSync(process.execPath, ['-e', '']).pid;
    await writeFile(record, (await readFile(record, 'utf8')).replace(/\d+$/, String(killed)));

    const second = await acquire();
    expect(second.url).toBe(first.url);
    await second.stop();

    expect(await first.child?.gone).toBe('exit code 0');
  }, 120_000);
});

describe('the Redis that was given', () => {
  const acquireGiven = (url: string): Promise<AcquiredRedis> =>
    acquireRedis({ env: { REDIS_URL: url }, dataFolder: '/nowhere', cacheFolder: '/nowhere', say: () => undefined });

  it('must answer, and is named without its password when it does not', async () => {
    const url = `redis://user:secret@127.0.0.1:${await freePort()}`;

    const refusal = acquireGiven(url);
    await expect(refusal).rejects.toThrow(
      /^redis:\/\/user:\*\*\*@127\.0\.0\.1:\d+ does not answer \(.*ECONNREFUSED.*\); start it/,
    );
  });

  it('must answer as a Redis does', async () => {
    const other = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;

    await expect(acquireGiven(`redis://127.0.0.1:${port}`)).rejects.toThrow('does not answer');
    other.close();
  });

  it('is masked in every form', () => {
    expect(maskPassword('rediss://:p%40ss@host:1/2')).toBe('rediss://:***@host:1/2');
    expect(maskPassword('redis://host:1')).toBe('redis://host:1');
    expect(maskPassword('secret nonsense')).toBe('that REDIS_URL');
  });
});

describe('a machine without a Redis', () => {
  it('is told how to get one', async () => {
    const nothing = {
      env: { PATH: '/nowhere' },
      dataFolder: '/nowhere',
      cacheFolder: '/nowhere',
      say: () => undefined,
    };

    await expect(acquireRedis(nothing)).rejects.toThrow(
      /^There is no Redis to use\. Any of these helps:\n.*REDIS_URL=.*\n.*apt-get/,
    );
  });
});
