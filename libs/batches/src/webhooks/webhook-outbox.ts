import type { Redis } from 'ioredis';
import { keys } from '../redis/keys.js';
import { NOW, runScript, script } from '../redis/script.js';
import { leaveTurn, takeTurn } from '../redis/turn.js';

/** String: whose turn it is to send webhooks. */
const TURN_KEY = 'sw:{b}:hooks-turn';

/** Of a work's hash: how many attempts have failed. When Redis loses it, the waits begin anew. */
const FAILURES = 'hookFailures';

/** KEYS hooks. ARGV how many. */
const DUE = script(
  'even-when-full',
  `${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now), 'LIMIT', 0, ARGV[1])
`,
);

/** KEYS hooks work. ARGV id, by how long, failures so far. What was told or deleted meanwhile stays so. */
const POSTPONE = script(
  'even-when-full',
  `${NOW}
if not redis.call('ZSCORE', KEYS[1], ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], 'XX', string.format('%.3f', now + ARGV[2]), ARGV[1])
if redis.call('EXISTS', KEYS[2]) == 1 then redis.call('HSET', KEYS[2], '${FAILURES}', ARGV[3]) end
return 1
`,
);

/**
 * Which ended works have a webhook that wants to be sent, and when. An end puts its work there with the time of the end; a failure
 * moves it to the time of the next attempt. One process at a time empties it, so that receivers hear in the order of the ends; its
 * turn lapses by itself when it dies, and whoever is next begins with what is oldest. Rejects with what Redis or the connection says.
 */
export class WebhookOutbox {
  constructor(private readonly redis: Redis) {}

  /** Takes or keeps the turn. Two that believe they have it deliver twice, and do no other harm. */
  async takeTurn(owner: string, forMs: number): Promise<boolean> {
    return takeTurn(this.redis, TURN_KEY, { owner, forMs });
  }

  async leaveTurn(owner: string): Promise<void> {
    await leaveTurn(this.redis, TURN_KEY, owner);
  }

  /** Works that may be told of now, in their order. */
  async due(count: number): Promise<string[]> {
    return (await runScript(this.redis, DUE, [keys.hooks], [count])) as string[];
  }

  async failures(id: string): Promise<number> {
    return Number((await this.redis.hget(keys.work(id), FAILURES)) ?? 0);
  }

  /** Fractions of a millisecond keep an order among those that are postponed together. */
  async postpone(id: string, byMs: number, failures: number): Promise<void> {
    await runScript(this.redis, POSTPONE, [keys.hooks, keys.work(id)], [id, byMs, failures]);
  }
}
