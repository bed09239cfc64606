import { redisTrouble } from './redis-trouble.js';

/** Redis keeps its connections and answers nothing: worse than dead, because every command has to be given up on. */
export const a14 = redisTrouble({
  id: 'A14',
  title: 'Redis hangs under load',
  tier: 'quick',
  begin: async ({ redis }) => redis.pause(),
  end: async ({ redis }) => redis.resume(),
});
