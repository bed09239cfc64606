import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { until } from '#testing';
import type { Yard } from '../yard.js';

/** What comes and goes by itself. */
const PASSING = /^sw:\{b\}:(ready|turn)$|^sw:(?!\{b\}:)|^bull:/;

/** What there is of jobs and batches: the files in storage and the keys in Redis. */
export interface Traces {
  files: string[];
  keys: string[];
}

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(join(folder, 'works'), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};

export const tracesIn = async ({ folder, redis }: Yard): Promise<Traces> => {
  const client = new Redis(redis.url);
  const keys = await client.keys('*');
  client.disconnect();
  return { files: (await filesIn(folder)).toSorted(), keys: keys.filter((key) => !PASSING.test(key)).toSorted() };
};

/** Resolves when there is no more than there was. What was broken off may be cleared away a little later. */
export const untilOnly = (before: Traces, yard: Yard): Promise<Traces> =>
  until(
    () => tracesIn(yard),
    (now) => JSON.stringify(now) === JSON.stringify(before),
    15_000,
  );
