import type { Redis } from 'ioredis';
import { NOW, runScript, script } from '../redis/script.js';
import { LANES, type Lane } from './lane.js';

/** Of each worker: the time until which it counts as alive, and its places by lane. Read by the schedule too. */
export const WORKERS_KEY = 'sw:{b}:workers';

/** A worker that was not heard of for so long is taken for gone. */
const ALIVE_MS = 10_000;

/** How many chunks a worker runs at once. */
export type Places = Readonly<Record<Lane, number>>;

/** ARGV: worker, how long it counts, its places. Whoever is gone is struck off in passing. */
const BEAT = script(
  'even-when-full',
  `${NOW}
local all = redis.call('HGETALL', KEYS[1])
for i = 1, #all, 2 do
  if tonumber(string.match(all[i + 1], '^%d+')) <= now then redis.call('HDEL', KEYS[1], all[i]) end
end
local numbers = { string.format('%.0f', now + ARGV[2]) }
for i = 3, #ARGV do numbers[#numbers + 1] = ARGV[i] end
redis.call('HSET', KEYS[1], ARGV[1], table.concat(numbers, ' '))
return 1
`,
);

/** Who works, and how much at once. A worker that dies leaves by itself. */
export class Roster {
  constructor(private readonly redis: Redis) {}

  /** To be repeated well within ten seconds. */
  async beat(worker: string, places: Places): Promise<void> {
    await runScript(this.redis, BEAT, [WORKERS_KEY], [worker, ALIVE_MS, ...LANES.map((lane) => places[lane])]);
  }

  /** What the worker had places for goes to the others. */
  async leave(worker: string): Promise<void> {
    await this.redis.hdel(WORKERS_KEY, worker);
  }
}
