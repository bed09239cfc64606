import { redisTrouble } from './redis-trouble.js';

/** Redis is far away all of a sudden: it is passed over rather than waited for. */
export const a15 = redisTrouble({
  id: 'A15',
  title: 'Redis becomes 200 ms slow',
  tier: 'long',
  begin: ({ proxy }) => proxy.infect({ latencyMs: 200 }),
  end: ({ proxy }) => proxy.heal(),
});
