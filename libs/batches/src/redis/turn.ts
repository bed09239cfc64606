import type { Redis } from 'ioredis';
import { runScript, script } from './script.js';

/** KEYS turn. ARGV who, for how long. */
const TAKE = script(
  'even-when-full',
  `
local owner = redis.call('GET', KEYS[1])
if owner and owner ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1
`,
);

/** KEYS turn. ARGV who. */
const LEAVE = script(
  'even-when-full',
  `
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return 1
`,
);

/** Takes or keeps the turn to do what one process at a time does, for so long. Rejects with what Redis or the connection says. */
export const takeTurn = async (
  redis: Redis,
  key: string,
  { owner, forMs }: { owner: string; forMs: number },
): Promise<boolean> => (await runScript(redis, TAKE, [key], [owner, forMs])) === 1;

/** Lets another take the turn at once. */
export const leaveTurn = async (redis: Redis, key: string, owner: string): Promise<void> => {
  await runScript(redis, LEAVE, [key], [owner]);
};
