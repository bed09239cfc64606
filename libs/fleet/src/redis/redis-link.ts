import { randomBytes } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RedisAddress } from '#core';
import { KEYS } from '../keys.js';
import { inTime } from './in-time.js';
import { connectRedis, retryDelay } from './redis-client.js';
import { Script } from './script.js';

/** Whether commands are sent, or refused without being sent. */
export type LinkState = 'up' | 'away';

/** Redis is not there, or not in time, or what is there does not answer as it should. */
export class RedisAway extends Error {
  override readonly name = 'RedisAway';
}

/** How a connection is used. */
export interface RedisLinkOptions {
  address: RedisAddress;
  /** The longest that a command may take. */
  patienceMs: number;
  onState?: (state: LinkState) => void;
}

/** So many failures in a row, and nothing is sent any more until a probe has been answered. */
const FAILURES_IN_A_ROW = 3;
const PROBE_EVERY_MS = 1000;

/** Says its argument back, which nothing but a Redis that takes writes and runs scripts will do. */
const PROBE = new Script(`redis.call('SET', KEYS[1], '', 'PX', 5000) return ARGV[1]`);

/**
 * A connection that never keeps anybody waiting longer than it was told to. While Redis is away commands fail at once; it is `away`
 * from a lost connection, or three failures in a row, to the first probe that is answered as only Redis does. Callers' commands
 * are never the probe.
 */
export class RedisLink {
  private current: LinkState = 'away';
  private failures = 0;
  /** Attempts to connect since Redis last answered, for growing pauses. */
  private attempts = 0;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;
  private readonly client: Redis;
  private readonly watchers = new Set<() => void>();

  constructor(private readonly options: RedisLinkOptions) {
    this.client = connectRedis(options.address, () => retryDelay(this.attempts++));
    this.client.on('ready', () => void this.probe());
    this.client.on('close', () => {
      this.become('away');
      this.tellWatchers();
    });
  }

  get state(): LinkState {
    return this.current;
  }

  /** Resolves when Redis answers, at once when it cannot be reached, or after `patienceMs` if it says neither. */
  async ready(patienceMs: number): Promise<void> {
    if (this.current === 'up') return;
    const { promise: told, resolve } = Promise.withResolvers<void>();
    this.watchers.add(resolve);
    await inTime(told, patienceMs).catch(() => undefined);
    // Who asks again and again while Redis is away would leave one behind each time.
    this.watchers.delete(resolve);
  }

  /**
   * Sends a command and reads its reply. `read` throws at a reply that makes no sense, which counts as a failure of Redis.
   * Rejects with `RedisAway` only.
   */
  async run<T>(command: (client: Redis) => Promise<unknown>, read: (reply: unknown) => T): Promise<T> {
    if (this.current === 'away') throw new RedisAway('Redis is away');
    return this.attempt(command, read);
  }

  /** Later commands are refused. */
  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.client.disconnect();
    this.become('away');
  }

  private async attempt<T>(command: (client: Redis) => Promise<unknown>, read: (reply: unknown) => T): Promise<T> {
    try {
      const answer = read(await inTime(command(this.client), this.options.patienceMs));
      this.failures = 0;
      return answer;
    } catch (error) {
      this.failures++;
      if (this.failures >= FAILURES_IN_A_ROW) this.giveUp();
      throw new RedisAway('Redis does not answer as it should', { cause: error });
    }
  }

  private giveUp(): void {
    this.become('away');
    this.probeLater();
  }

  private probeLater(): void {
    clearTimeout(this.timer);
    if (this.closed) return;
    this.timer = setTimeout(() => void this.probe(), PROBE_EVERY_MS).unref();
  }

  private async probe(): Promise<void> {
    clearTimeout(this.timer);
    // A lost connection is probed when it is there again.
    if (this.closed || this.client.status !== 'ready') return;
    const word = randomBytes(6).toString('hex');
    const echoes = (reply: unknown): void => {
      if (reply !== word) throw new Error('this is no Redis');
    };
    try {
      await this.attempt((client) => PROBE.run(client, [KEYS.probe], [word]), echoes);
      this.attempts = 0;
      this.become('up');
    } catch {
      this.probeLater();
    }
  }

  private become(state: LinkState): void {
    if (state === this.current) return;
    this.current = state;
    if (state === 'up') this.failures = 0;
    this.tellWatchers();
    // That it is away because we leave is no news.
    if (!this.closed) this.options.onState?.(state);
  }

  private tellWatchers(): void {
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }
}
