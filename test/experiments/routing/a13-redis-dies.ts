import { redisTrouble } from './redis-trouble.js';

/** Redis is killed under load: nobody who waits for an answer may notice. */
export const a13 = redisTrouble({
  id: 'A13',
  title: 'Redis is killed under load',
  tier: 'quick',
  begin: ({ redis }) => redis.kill(),
  end: ({ redis }) => redis.restart(),
});
