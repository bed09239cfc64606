import { KEYS } from './keys.js';
import { integer } from './redis/replies.js';
import type { RedisLink } from './redis/redis-link.js';
import { Script } from './redis/script.js';

const BEAT_EVERY_MS = 1000;
/** A replica that was silent for so long is gone. */
const GONE_AFTER_MS = 3000;

/**
 * Counts the replicas that beat, this one included. A beat that lies in the future was made before the server's clock was put back,
 * and is as good as one made now.
 *
 * KEYS: the replicas, by the moment of their last beat. ARGV: who beats, how long a beat counts.
 */
const BEAT = new Script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
redis.call('ZADD', KEYS[1], now, ARGV[1])
for _, ahead in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(' .. now, '+inf')) do
  redis.call('ZADD', KEYS[1], now, ahead)
end
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[2])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return redis.call('ZCARD', KEYS[1])
`);

/** Tells the other replicas that this one lives, and counts them. */
export class Heartbeats {
  private known = 1;
  private timer: NodeJS.Timeout | undefined;

  /** `self` is another with each start of a process. */
  constructor(
    private readonly link: RedisLink,
    private readonly self: string,
  ) {}

  /** How many replicas share the work, as far as was last known; at least 1. */
  get replicas(): number {
    return this.known;
  }

  /** Resolves after the first beat, once Redis is there. */
  async start(): Promise<void> {
    this.timer = setInterval(() => void this.beat(), BEAT_EVERY_MS).unref();
    await this.link.ready(BEAT_EVERY_MS);
    await this.beat();
  }

  /** Leaves the others at once rather than by silence. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.link.run((client) => client.zrem(KEYS.replicas, this.self), integer).catch(() => undefined);
  }

  private async beat(): Promise<void> {
    try {
      const count = await this.link.run(
        (client) => BEAT.run(client, [KEYS.replicas], [this.self, GONE_AFTER_MS]),
        integer,
      );
      this.known = Math.max(1, count);
    } catch {
      // Redis is away, and the others are most likely still there.
    }
  }
}
