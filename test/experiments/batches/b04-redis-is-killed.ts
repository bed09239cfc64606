import { redisStruck } from './redis-struck.js';

/** Redis is killed and started again at once, with its log whole. */
export const b04 = redisStruck({
  id: 'B4',
  title: 'Redis is killed and started again during a batch',
  tier: 'quick',
  strike: async ({ redis }) => {
    await redis.kill();
    await redis.restart();
  },
  resumesWithin: 3,
});
