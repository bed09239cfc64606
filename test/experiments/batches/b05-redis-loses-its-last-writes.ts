import { readdir, stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import type { BatchSite } from './batch-site.js';
import { redisStruck } from './redis-struck.js';

const KIB = 1024;

/** Where Redis keeps its log of writes. */
const logFolder = async (url: string): Promise<string> => {
  const client = new Redis(url);
  const [, folder] = (await client.config('GET', 'dir')) as [string, string];
  client.disconnect();
  return join(folder, 'appendonlydir');
};

/** Takes the last 4 to 64 KiB from the log, wherever in a record that may be. */
const cutLog = async (folder: string): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.incr.aof'));
  for (const name of names) {
    const file = join(folder, name);
    const { size } = await stat(file);
    await truncate(file, Math.max(0, size - Math.floor((4 + 60 * Math.random()) * KIB)));
  }
};

const losePower = async ({ redis }: BatchSite): Promise<void> => {
  const folder = await logFolder(redis.url);
  await redis.kill();
  await cutLog(folder);
  await redis.restart();
};

/** The power fails: Redis comes back without the last of what it had confirmed. */
export const b05 = redisStruck({
  id: 'B5',
  title: 'Redis loses its last writes',
  tier: 'quick',
  strike: losePower,
  resumesWithin: 15,
});
