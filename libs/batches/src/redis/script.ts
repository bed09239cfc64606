import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/** A Lua script. Every one of ours may run twice for one call, because a command whose answer was lost is sent again. */
export interface Script {
  source: string;
  sha1: string;
}

/**
 * Writes that take work on are refused when Redis is full; those that bring it to its end are not, for they free more than they
 * take. The flag needs Redis 7. https://redis.io/docs/latest/develop/programmability/eval-intro/#script-flags
 */
export const script = (memory: 'needs-memory' | 'even-when-full', body: string): Script => {
  const source = `#!lua${memory === 'even-when-full' ? ' flags=allow-oom' : ''}\n${body}`;
  return { source, sha1: createHash('sha1').update(source).digest('hex') };
};

/** Milliseconds by the clock of Redis, which is the only one that all replicas share. */
export const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
`;

/**
 * Changes whenever the server that has these keys is started, or another takes its place. Asked within scripts, because these reach
 * that very server.
 */
export const RUN_ID = `
local runId = string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
`;

/** Runs a script, and teaches it to Redis first if it does not know it. Rejects with what Redis or the connection says. */
export const runScript = async (
  redis: Redis,
  { source, sha1 }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> => {
  try {
    return await redis.evalsha(sha1, keys.length, ...keys, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return redis.eval(source, keys.length, ...keys, ...args);
  }
};
