import type { Redis } from 'ioredis';
import { keys } from './keys.js';
import { leaveTurn, takeTurn } from './turn.js';

/** Which works want looking after. */
export class WorkSets {
  constructor(private readonly redis: Redis) {}

  /** The one clock of all replicas, in milliseconds since the epoch. */
  async now(): Promise<number> {
    const [seconds, microseconds] = await this.redis.time();
    return Number(seconds) * 1_000 + Math.floor(Number(microseconds) / 1_000);
  }

  /** Works that have not ended, from a place in their order by deadline. */
  async open(from: number, count: number): Promise<string[]> {
    return this.redis.zrange(keys.open, from, String(from + count - 1));
  }

  /** Works that are over and have not ended: past their deadline, or to be canceled. */
  async over(now: number, count: number): Promise<string[]> {
    const expired = await this.redis.zrangebyscore(keys.open, '-inf', now, 'LIMIT', 0, count);
    return [...new Set([...(await this.redis.zrange(keys.canceling, 0, String(count - 1))), ...expired])];
  }

  /** Ended works that were created before a time, and still have their results. */
  async toArchive(createdBefore: number, count: number): Promise<string[]> {
    return this.redis.zrangebyscore(keys.kept, '-inf', createdBefore, 'LIMIT', 0, count);
  }

  /** Ended works whose results are kept. */
  async kept(from: number, count: number): Promise<string[]> {
    return this.redis.zrange(keys.kept, from, String(from + count - 1));
  }

  /** How many ended works there are whose webhook has not been told. */
  async untold(): Promise<number> {
    return this.redis.zcard(keys.hooks);
  }

  /** The webhook of a work has been told; that is in storage already. */
  async told(id: string): Promise<void> {
    await this.redis.zrem(keys.hooks, id);
  }

  /** Which of these works Redis knows. */
  async known(ids: readonly string[]): Promise<boolean[]> {
    return Promise.all(ids.map(async (id) => (await this.redis.exists(keys.work(id))) === 1));
  }

  /** Takes or keeps the turn to repair. Two that have it at once do no harm. */
  async takeTurn(owner: string, forMs: number): Promise<boolean> {
    return takeTurn(this.redis, keys.turn, { owner, forMs });
  }

  /** Lets another repair at once. */
  async leaveTurn(owner: string): Promise<void> {
    await leaveTurn(this.redis, keys.turn, owner);
  }
}
