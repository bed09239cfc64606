import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { Logger } from '#platform';

const FIRST_MS = 100;
const LONGEST_MS = 1_000;

/** Resolves when Redis answers. A worker without it has nothing to do, and waits rather than being restarted again and again. */
export const untilRedis = async (redis: Redis, logger: Logger): Promise<void> => {
  for (let waitMs = FIRST_MS, told = false; ; waitMs = Math.min(2 * waitMs, LONGEST_MS)) {
    try {
      await redis.ping();
      return;
    } catch (error) {
      if (waitMs === LONGEST_MS && !told) {
        told = true;
        logger.warn({ msg: 'waiting for Redis', error: String(error) });
      }
    }
    await pause(waitMs);
  }
};
