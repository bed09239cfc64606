import type { Redis } from 'ioredis';
import { keys } from './keys.js';
import { NOW, runScript, script } from './script.js';

/** So often it is compared. Meanwhile clocks drift apart by less than a millisecond. */
const EVERY_MS = 1_000;
/** In a row, because a single one may be late: what is left of that would have to be taken back later. */
const FIRST_LOOKS = 5;
/** An answer that was under way for longer says too little. */
const LONGEST_MS = 200;

/** A script, so that the server is asked that has the keys. */
const TIME = script('even-when-full', `${NOW}\nreturn now`);

/** Milliseconds since the epoch, by a clock that is not set meanwhile. */
const steady = (): number => performance.timeOrigin + performance.now();

/**
 * The clock of Redis, which is the only one that all replicas share, as far as it can be told without asking: it is compared with the
 * machine's at each connection and each second. Until the first answer it is the machine's.
 */
export class RedisClock {
  private aheadMs = 0;
  private isSet = false;

  private constructor(
    private readonly redis: Redis,
    private readonly local: () => number,
  ) {
    const timer = setInterval(() => void this.set(), EVERY_MS).unref();
    redis.on('ready', () => void this.setWell()).once('end', () => clearInterval(timer));
  }

  /** Resolves when it is set, or Redis is away. Goes until the connection is given up. */
  static async open(redis: Redis, local = steady): Promise<RedisClock> {
    const clock = new RedisClock(redis, local);
    await clock.setWell();
    return clock;
  }

  /** Milliseconds since the epoch. */
  now(): number {
    return Math.round(this.local() + this.aheadMs);
  }

  /**
   * Redis is ahead by no less and no more, because its clock was read between question and answer, in whole milliseconds. What is within that
   * stays as it is: a clock that followed each answer would go to and fro by what answers take, and put what was made later before what
   * was made earlier.
   */
  private correct(least: number, most: number): void {
    this.aheadMs = this.isSet ? Math.min(Math.max(this.aheadMs, least), most) : (least + most) / 2;
    this.isSet = true;
  }

  private async setWell(): Promise<void> {
    for (let look = 0; look < FIRST_LOOKS; look++) await this.set();
  }

  private async set(): Promise<void> {
    if (this.redis.status !== 'ready') return;
    const askedAt = this.local();
    try {
      const time = Number(await runScript(this.redis, TIME, [keys.ready], []));
      const heardAt = this.local();
      if (this.isSet && heardAt - askedAt > LONGEST_MS) return;
      this.correct(time - heardAt, time + 1 - askedAt);
    } catch {
      // It is away; until it is back, the clocks go on side by side.
    }
  }
}
