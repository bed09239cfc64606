import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { until } from '#testing';

/** What tells of works. The rest is the queue's, the replicas', and notes of what is still to be cleared away. */
const OF_WORKS = /^sw:\{b\}:(work|done|sealed|claims|win|live|list|load|idem|open|canceling|kept|hooks)\b/;

/** Where works are kept. */
interface Place {
  /** Of storage. */
  folder: string;
  redis: { url: string };
}

/** What there is of jobs and batches: the files in storage and the keys in Redis. */
export interface Traces {
  files: string[];
  keys: string[];
}

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(join(folder, 'works'), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
};

export const tracesIn = async ({ folder, redis }: Place): Promise<Traces> => {
  const client = new Redis(redis.url);
  const keys = await client.keys('*');
  client.disconnect();
  return { files: (await filesIn(folder)).toSorted(), keys: keys.filter((key) => OF_WORKS.test(key)).toSorted() };
};

/** Resolves when there is no more than there was. What was broken off may be cleared away a little later. */
export const untilOnly = (before: Traces, place: Place, withinMs = 15_000): Promise<Traces> =>
  until(
    () => tracesIn(place),
    (now) => JSON.stringify(now) === JSON.stringify(before),
    withinMs,
  );
