import { Redis } from 'ioredis';
import { redisStruck } from './redis-struck.js';

/** Everything in Redis is gone in the middle of a batch; storage has the truth. */
export const b06 = redisStruck({
  id: 'B6',
  title: 'Redis loses everything during a batch',
  tier: 'long',
  strike: async ({ redis }) => {
    const client = new Redis(redis.url);
    await client.flushall();
    client.disconnect();
  },
  resumesWithin: 15,
});
