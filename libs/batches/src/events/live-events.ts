import type { Redis } from 'ioredis';
import { keys } from '../redis/keys.js';
import type { KeptEvents } from '../seal/job-result.js';
import type { AnswerEvents } from '../work.js';

/** How long events wait for company. */
const GATHER_MS = 20;
/** More is not shown live, but all the same once the job has ended. */
const MOST_LIVE_BYTES = 4 * 1024 * 1024;
/** More is not kept: an answer of so much text has events that nobody replays. */
const MOST_KEPT_BYTES = 32 * 1024 * 1024;
/** Outlives every job. */
const KEPT_FOR_MS = 25 * 3_600_000;
/** After the end watchers go on from storage. */
const ENDED_FOR_MS = 60_000;
/** Tries of one taking of a job. */
const MOST_TRIES = 1_000;

/**
 * The events of one taking of a job, shown while they come and kept for later. Each try is a run of its own, which begins from 1. An
 * event is named `run-number`, which is a valid id of an entry; Redis takes rising ones only, so a worker that has lost its job
 * cannot mix its events in.
 */
export class LiveEvents implements AnswerEvents {
  private all: [event: string, data: string][] = [];
  private run: number;
  private bytes = 0;
  private sent = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly id: string,
    epoch: number,
  ) {
    this.run = epoch * MOST_TRIES;
  }

  /** All of the last try. */
  get kept(): KeptEvents {
    return { run: this.run, events: this.bytes > MOST_KEPT_BYTES ? undefined : this.all };
  }

  add(event: string, data: string): void {
    this.bytes += event.length + data.length;
    if (this.bytes > MOST_KEPT_BYTES) this.all.length = 0;
    else this.all.push([event, data]);
    if (this.bytes <= MOST_LIVE_BYTES) this.timer ??= setTimeout(() => this.send(), GATHER_MS);
  }

  anew(): void {
    if (this.bytes === 0) return;
    clearTimeout(this.timer);
    this.timer = undefined;
    this.run++;
    this.all = [];
    this.bytes = this.sent = 0;
  }

  /** The job has ended, or this run of it. */
  end(hasEnded: boolean): void {
    clearTimeout(this.timer);
    if (hasEnded && this.sent > 0) this.redis.pexpire(keys.live(this.id), ENDED_FOR_MS).catch(() => undefined);
  }

  /** Nothing waits for it: whoever watches has the whole at the end in any case. */
  private send(): void {
    this.timer = undefined;
    const batch = this.redis.pipeline();
    for (const [event, data] of this.all.slice(this.sent))
      batch.xadd(keys.live(this.id), `${this.run}-${++this.sent}`, 'event', event, 'data', data);
    batch.pexpire(keys.live(this.id), KEPT_FOR_MS);
    batch.exec().catch(() => undefined);
  }
}
