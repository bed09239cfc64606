import type { Redis } from 'ioredis';
import { leaveTurn, takeTurn } from '../redis/turn.js';
import type { ChunkDispatcher } from './chunk-dispatcher.js';
import type { ChunkWorker } from './chunk-worker.js';
import type { Doorbell } from './doorbell.js';
import { type Lane, LANES } from './lane.js';
import type { Places, Roster } from './roster.js';
import { Watchdog } from './watchdog.js';

const BEAT_MS = 1_000;
/** Beats from one repair to the next. */
const REPAIR_EVERY = 5;

/** Whose turn it is to hand out what nobody was told of. */
const TURN_KEY = 'sw:{b}:due:turn';
const TURN_MS = 3_000;

export interface PulseOptions {
  redis: Redis;
  roster: Roster;
  dispatcher: ChunkDispatcher;
  doorbell: Doorbell;
  worker: ChunkWorker;
  places: Places;
  /** Names this worker in the roster. */
  name: string;
  /** This process takes no work any more, and does not know it: it must be replaced. */
  onWedged: (lane: Lane, idleMs: number) => void;
  onError: (error: unknown) => void;
}

/**
 * A worker's signs of life. It counts as alive only while it really asks the queues for work. By turns, one worker also hands out
 * what is due, and repairs what was cut off: whatever was missed is made good within seconds.
 */
export class Pulse {
  private readonly watchdog = new Watchdog();
  private timer: NodeJS.Timeout | undefined;
  private beats = 0;
  private current: Promise<void> | undefined;
  private repairing: Promise<void> | undefined;
  private hasTurn = false;
  private readonly seenWaiting: Record<Lane, number> = { jobs: 0, batches: 0 };

  constructor(private readonly options: PulseOptions) {}

  /** Resolves after the first beat, when the worker is on the roster if Redis is there. */
  async start(): Promise<void> {
    this.timer = setInterval(() => void this.beat(), BEAT_MS);
    await this.beat();
  }

  /** Tickets that nobody had taken at the last beat. */
  waiting(lane: Lane): number {
    return this.seenWaiting[lane];
  }

  /** Leaves the roster, so that the places here are given to nobody any more. */
  async leave(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([this.current, this.repairing]);
    const { roster, name, redis, onError } = this.options;
    await roster.leave(name).catch(onError);
    // Others need not wait until this turn is over.
    if (this.hasTurn) await leaveTurn(redis, TURN_KEY, name).catch(onError);
  }

  /** Never rejects. */
  private async beat(): Promise<void> {
    this.current ??= this.act()
      .catch(this.options.onError)
      .finally(() => {
        this.current = undefined;
      });
    await this.current;
  }

  private async act(): Promise<void> {
    const { redis, roster, name, places, worker, dispatcher } = this.options;
    this.beats++;
    if (LANES.every((lane) => !worker.state(lane).isSilent)) await roster.beat(name, places);
    this.hasTurn = await takeTurn(redis, TURN_KEY, { owner: name, forMs: TURN_MS });
    if (this.hasTurn) {
      if (this.beats % REPAIR_EVERY === 0) this.repair();
      for (const lane of LANES) dispatcher.nudge(lane);
    }
    for (const lane of LANES) await this.watch(lane);
  }

  /** Beside the beat, which must not wait for all that there is to look after. What it finds is handed out with the next. */
  private repair(): void {
    const { dispatcher, onError } = this.options;
    this.repairing ??= dispatcher
      .repair()
      .then(() => undefined, onError)
      .finally(() => {
        this.repairing = undefined;
      });
  }

  private async watch(lane: Lane): Promise<void> {
    const { doorbell, worker, onWedged } = this.options;
    const waiting = await doorbell.waiting(lane);
    this.seenWaiting[lane] = waiting;
    const idleMs = this.watchdog.look(lane, { waiting, ...worker.state(lane) }, performance.now());
    if (Watchdog.isWedged(idleMs)) onWedged(lane, idleMs);
  }
}
