import type { Redis } from 'ioredis';
import { Unfit } from './unfit.js';

const ADVICE =
  'Set maxmemory-policy to noeviction (redis-cli CONFIG SET maxmemory-policy noeviction, and in redis.conf; with a managed Redis, in its parameters), or use another Redis for Switchyard.';

/** As `INFO memory` tells it, which managed services allow where they forbid `CONFIG`. */
const policyOf = async (redis: Redis): Promise<string | undefined> =>
  /^maxmemory_policy:(\S+)/m.exec(await redis.info('memory'))?.[1];

/**
 * Refuses a Redis that may drop keys when it is full. Everything of jobs and batches could be made again from storage, but not
 * without notice, and some of it would be run twice. Throws `Unfit`; rejects with what the connection says.
 */
export const checkEviction = async (redis: Redis): Promise<void> => {
  const policy = await policyOf(redis);
  if (policy === undefined || policy === 'noeviction') return;
  throw new Unfit(
    `This Redis drops keys when it is full (maxmemory-policy ${policy}), and with them queued work. ${ADVICE}`,
  );
};
