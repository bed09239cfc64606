import { setTimeout as pause } from 'node:timers/promises';
import { KEYS } from '../keys.js';
import type { RedisLink } from '../redis/redis-link.js';

/** How long one wait lasts; short enough for a dead connection to be noticed soon. */
const WAIT_MS = 1000;
/** Between two attempts while Redis is away. */
const AGAIN_MS = 250;

/** Before any entry. */
const NONE = '0-0';

const NO_STREAM = 'no reply of a stream';

/** The id of the last entry, `NONE` where there is none. */
const readLast = (reply: unknown): string => {
  if (!Array.isArray(reply)) throw new TypeError(NO_STREAM);
  const id: unknown = reply.length === 0 ? NONE : reply[0]?.[0];
  if (typeof id !== 'string') throw new TypeError(NO_STREAM);
  return id;
};

/** The id of the entry that rang; undefined when none did within the wait. */
const readRing = (reply: unknown): string | undefined => {
  if (reply === null) return undefined;
  const id: unknown = Array.isArray(reply) ? reply[0]?.[1]?.[0]?.[0] : undefined;
  if (typeof id !== 'string') throw new TypeError(NO_STREAM);
  return id;
};

/**
 * Waits in Redis until another replica has news. A stream rather than a channel, because a wait in a stream is a command like any
 * other: its reply can be checked, its silence noticed, and a ring between two waits is not lost.
 */
export class Bell {
  private stopped = false;
  /** The last entry that rang; undefined where it has to be asked for. */
  private last: string | undefined;

  constructor(
    private readonly link: RedisLink,
    private readonly ring: () => void,
  ) {}

  start(): void {
    void this.listen();
  }

  stop(): void {
    this.stopped = true;
  }

  private async listen(): Promise<void> {
    while (!this.stopped) {
      await this.link.ready(AGAIN_MS);
      try {
        await this.wait();
      } catch {
        this.last = undefined;
        await pause(AGAIN_MS, undefined, { ref: false });
      }
    }
  }

  private async wait(): Promise<void> {
    const { last } = this;
    const id =
      last === undefined
        ? await this.link.run((client) => client.xrevrange(KEYS.bell, '+', '-', 'COUNT', 1), readLast)
        : await this.link.run((client) => client.xread('BLOCK', WAIT_MS, 'STREAMS', KEYS.bell, last), readRing);
    if (id === undefined || this.stopped) return;
    this.last = id;
    // What is asked now is sent before the next wait, behind which it would have to queue.
    this.ring();
  }
}
