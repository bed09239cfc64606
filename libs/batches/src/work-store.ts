import { Redis } from 'ioredis';
import { ManifestCache } from './manifest-cache.js';
import { ChunkClaims } from './redis/chunk-claims.js';
import { RedisClock } from './redis/redis-clock.js';
import { Submissions } from './redis/submissions.js';
import { WorkNews } from './redis/work-news.js';
import { WorkSets } from './redis/work-sets.js';
import { WorkStates } from './redis/work-states.js';
import type { Storage } from './storage/storage.js';

/** Says what an operator should know: storage is full, a record is damaged, a work was restored. */
export type Report = (event: string, fields: Readonly<Record<string, unknown>>) => void;

/** Where works are: the truth in storage, and what can be made again in Redis. One for a process. */
export interface WorkStore {
  storage: Storage;
  manifests: ManifestCache;
  redis: Redis;
  states: WorkStates;
  claims: ChunkClaims;
  submissions: Submissions;
  sets: WorkSets;
  news: WorkNews;
  /** Milliseconds since the epoch, by the clock of Redis. */
  now: () => number;
  report: Report;
}

/** `redis` from `connectWorkRedis`, `listener` from `connectWorkNews`; they remain the caller's to close. `now` is the machine's clock. */
export const openWorkStore = async ({
  storage,
  redis,
  listener,
  now,
  report,
}: {
  storage: Storage;
  redis: Redis;
  listener: Redis;
  now?: () => number;
  report: Report;
}): Promise<WorkStore> => {
  const clock = await RedisClock.open(redis, now);
  return {
    storage,
    manifests: new ManifestCache(storage),
    redis,
    states: new WorkStates(redis),
    claims: new ChunkClaims(redis),
    submissions: new Submissions(redis),
    sets: new WorkSets(redis),
    news: new WorkNews(listener),
    now: () => clock.now(),
    report,
  };
};
