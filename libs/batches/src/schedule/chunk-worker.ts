import { setTimeout as pause } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { RunOutcome } from '../run/work-runner.js';
import type { ChunkDispatcher } from './chunk-dispatcher.js';
import { FetchingWorker } from './fetching-worker.js';
import { type Lane, LANES } from './lane.js';
import { workerOptions } from './queue-settings.js';
import type { Places } from './roster.js';
import type { Schedule } from './schedule.js';
import type { Ticket } from './ticket.js';
import type { LaneLook } from './watchdog.js';

/** A chunk has been run, or tried. */
export interface ChunkRun {
  ticket: Ticket;
  /** Undefined where it could not be run. */
  end: RunOutcome | undefined;
  durationMs: number;
  /** What kept it from being run; a fault of ours or of the storage. */
  error: unknown;
}

export interface ChunkWorkerOptions {
  /** A connection of its own for each lane. */
  connect: () => Redis;
  schedule: Schedule;
  dispatcher: ChunkDispatcher;
  places: Places;
  /** Runs a chunk. Whatever it rejects with, the chunk is tried again later. */
  run: (ticket: Ticket) => Promise<RunOutcome>;
  onRun: (run: ChunkRun) => void;
  onError: (error: Error) => void;
}

/** After a fault there may be the same fault again at once. */
const FAULT_PAUSE_MS = 2_000;

/** A queue whose Redis is away never closes; whatever it has not been told it finds out by itself. */
const CLOSE_MS = 3_000;

/** A worker that waits for something to do asks again after some seconds. One that has not asked for so long is silent. */
const FETCH_AGE_MS = 15_000;

/** Takes tickets from the queues, as many at a time as it has places, and runs their chunks. */
export class ChunkWorker {
  private readonly connections: Redis[] = [];
  private readonly workers: Readonly<Record<Lane, FetchingWorker>>;
  private readonly running: Record<Lane, number> = { jobs: 0, batches: 0 };
  private readonly begun: Record<Lane, number> = { jobs: 0, batches: 0 };
  private readonly runs = new Set<Promise<void>>();
  private readonly stopping = new AbortController();

  constructor(private readonly options: ChunkWorkerOptions) {
    this.workers = { jobs: this.open('jobs'), batches: this.open('batches') };
  }

  /** Begins to take tickets. Resolves when both queues are listened to. */
  async start(): Promise<void> {
    await Promise.all(LANES.map((lane) => this.workers[lane].waitUntilReady()));
    for (const lane of LANES) this.workers[lane].run().catch(this.options.onError);
  }

  /** What is known of a lane from here. */
  state(lane: Lane): Omit<LaneLook, 'waiting'> {
    const running = this.running[lane];
    const places = this.options.places[lane];
    const age = performance.now() - this.workers[lane].fetchedAt;
    return { running, places, begun: this.begun[lane], isSilent: running < places && age > FETCH_AGE_MS };
  }

  /**
   * Runs what could not be put in the queue, as Redis refuses when it is full: what runs frees memory, so that there must be a way on.
   * Gives back what there is no place for.
   */
  async runDirectly(tickets: readonly Ticket[]): Promise<void> {
    for (const ticket of tickets) {
      if (this.stopping.signal.aborted || this.running[ticket.lane] >= this.options.places[ticket.lane]) {
        await this.options.schedule.giveBack(ticket);
        continue;
      }
      void this.process(ticket);
    }
  }

  /** Takes no more, and resolves when what runs has ended; whoever runs it must have been told to. */
  async stop(): Promise<void> {
    this.stopping.abort();
    const closed = Promise.all(LANES.map((lane) => this.workers[lane].close())).catch(this.options.onError);
    await Promise.all(this.runs);
    const enough = new AbortController();
    await Promise.race([closed, pause(CLOSE_MS, undefined, enough)]);
    enough.abort();
    for (const connection of this.connections) connection.disconnect();
  }

  private open(lane: Lane): FetchingWorker {
    const connection = this.options.connect();
    this.connections.push(connection);
    const settings = workerOptions(connection, this.options.places[lane]);
    return new FetchingWorker(lane, ({ data }) => this.process({ ...data, lane }), settings).on(
      'error',
      this.options.onError,
    );
  }

  private async process(ticket: Ticket): Promise<void> {
    const run = this.run(ticket);
    this.runs.add(run);
    await run;
    this.runs.delete(run);
  }

  /** Never rejects: what is to become of a chunk is the schedule's to know, not the queue's. */
  private async run(ticket: Ticket): Promise<void> {
    const { schedule, dispatcher, onRun, onError } = this.options;
    const begunAt = performance.now();
    this.running[ticket.lane]++;
    this.begun[ticket.lane]++;
    let end: RunOutcome | undefined;
    let error: unknown;
    try {
      end = await this.options.run(ticket);
    } catch (thrown) {
      error = thrown;
    }
    onRun({ ticket, end, durationMs: performance.now() - begunAt, error });
    const wantsMore = end === undefined || end === 'unfinished';
    // What failed or could not be kept would fail again at once.
    if (wantsMore) await pause(FAULT_PAUSE_MS, undefined, { signal: this.stopping.signal }).catch(() => undefined);
    this.running[ticket.lane]--;
    // What Redis does not hear of now, the next repair finds out.
    await (wantsMore ? schedule.giveBack(ticket) : schedule.done(ticket)).catch(onError);
    dispatcher.nudge(ticket.lane);
  }
}
