import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { startTestRedis, until } from '#testing';
import type { RunOutcome } from '../run/work-runner.js';
import { ChunkWorker } from './chunk-worker.js';
import { connectQueue } from './connect-queue.js';
import { ChunkDispatcher } from './chunk-dispatcher.js';
import { Doorbell } from './doorbell.js';
import { Roster } from './roster.js';
import { Schedule, type Scheduled } from './schedule.js';
import type { Ticket } from './ticket.js';

let server: Awaited<ReturnType<typeof startTestRedis>>;
let redis: Redis;

const work = (id: string, kind: 'job' | 'batch' = 'batch'): Scheduled => ({
  id,
  kind,
  workspace: 'a',
  priority: 'normal',
  chunks: [{ index: 0, firstLine: 0, lines: 10, bytes: 0, sha256: '' }],
});

const PLACES = { jobs: 4, batches: 4 };

/** A process that hands out and works off, with what it was told. */
class Bench {
  readonly errors: unknown[] = [];
  readonly ran: string[] = [];
  readonly schedule = new Schedule(redis, () => 1);
  readonly connection = connectQueue({ kind: 'single', url: server.url }, (error) => this.errors.push(error));
  readonly doorbell = new Doorbell(this.connection, (error) => this.errors.push(error));
  run: (ticket: Ticket) => Promise<RunOutcome> = () => Promise.resolve('done');
  readonly dispatcher: ChunkDispatcher = new ChunkDispatcher(this.schedule, this.doorbell, {
    onError: (error) => this.errors.push(error),
    onRefused: (tickets) => this.worker.runDirectly(tickets),
  });
  readonly worker: ChunkWorker = new ChunkWorker({
    connect: () => connectQueue({ kind: 'single', url: server.url }, () => undefined),
    schedule: this.schedule,
    dispatcher: this.dispatcher,
    places: PLACES,
    run: (ticket) => {
      this.ran.push(`${ticket.work}/${ticket.chunk}`);
      return this.run(ticket);
    },
    onRun: ({ error }) => error !== undefined && this.errors.push(error),
    onError: (error) => this.errors.push(error),
  });

  async close(): Promise<void> {
    await this.worker.stop();
    await this.dispatcher.settled();
    await this.doorbell.close();
    this.connection.disconnect();
  }
}

let bench: Bench;

beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});

beforeEach(async () => {
  await redis.flushall();
  await redis.config('SET', 'maxmemory', '0');
  await new Roster(redis).beat('w', PLACES);
  bench = new Bench();
});

afterEach(() => bench.close());

afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const chunks = Array.from({ length: 40 }, (_, chunk) => chunk);

describe('the dispatcher and its workers', () => {
  it('runs every chunk that is offered, once', async () => {
    await bench.worker.start();
    await Promise.all([1, 2, 3].map(() => bench.dispatcher.offer(work('a'), chunks)));
    await until(
      () => bench.ran.length,
      (count) => count >= 40,
    );
    await bench.dispatcher.settled();
    expect([...bench.ran].sort()).toEqual(chunks.map((chunk) => `a/${chunk}`).sort());
    expect(bench.errors).toEqual([]);
  });

  it('leaves nothing of finished chunks in Redis', async () => {
    await bench.worker.start();
    await bench.dispatcher.offer(work('a'), chunks);
    await until(
      () => redis.exists('sw:{b}:due:batches:work:a', 'sw:{b}:due:batches:out'),
      (count) => count === 0,
    );
    const left = await until(
      () => redis.keys('sw:{b}:q:batches:a-*'),
      (left) => left.length === 0,
    );
    expect(left).toEqual([]);
  });

  it('has no more in the queue than there are places for', async () => {
    await bench.dispatcher.offer(work('a'), chunks);
    await bench.dispatcher.settled();
    expect(await bench.doorbell.waiting('batches')).toBe(2);
  });

  it('runs a chunk again that its worker gave back', async () => {
    bench.run = () => Promise.resolve(bench.ran.length < 3 ? 'unfinished' : 'done');
    await bench.worker.start();
    await bench.dispatcher.offer(work('a'), [7]);
    await until(
      () => bench.ran.length,
      (count) => count === 3,
    );
    expect(new Set(bench.ran)).toEqual(new Set(['a/7']));
  });

  it('tries a chunk again that could not be run, after a pause', async () => {
    bench.run = () => (bench.ran.length < 2 ? Promise.reject(new Error('no storage')) : Promise.resolve('done'));
    await bench.worker.start();
    await bench.dispatcher.offer(work('a', 'job'), [0]);
    await until(
      () => bench.ran.length,
      (count) => count === 2,
    );
    expect(bench.errors).toMatchObject([{ message: 'no storage' }]);
  });

  it('hands out anew what was lost between the schedule and the queue', async () => {
    await bench.dispatcher.offer(work('a'), [0, 1]);
    await bench.dispatcher.settled();
    // As if the process had died before it could put the second one in.
    await redis.del(...(await redis.keys('sw:{b}:q:batches:a-1-*')));
    await redis.lrem('sw:{b}:q:batches:wait', 0, 'a-1-2');
    await backdate();
    expect(await bench.dispatcher.repair()).toBe(1);
    expect(await bench.dispatcher.repair()).toBe(0);
    bench.dispatcher.nudge('batches');
    await bench.worker.start();
    await until(
      () => bench.ran.length,
      (count) => count === 2,
    );
    expect([...bench.ran].sort()).toEqual(['a/0', 'a/1']);
  });

  it('runs chunks without the queue while Redis is too full to queue them', async () => {
    await bench.worker.start();
    let finish = (): void => undefined;
    const held = new Promise<void>((resolve) => {
      finish = resolve;
    });
    bench.run = async () => {
      await held;
      return 'done';
    };
    await bench.schedule.offer(work('a'), chunks);
    await redis.config('SET', 'maxmemory', '1mb');
    bench.dispatcher.nudge('batches');
    await until(
      () => bench.ran.length,
      (count) => count === 2,
    );
    finish();
    await until(
      () => bench.ran.length,
      (count) => count === 40,
    );
    expect(await redis.exists('sw:{b}:q:batches:wait')).toBe(0);
  });

  it('waits for what it runs when it is stopped', async () => {
    let finished = false;
    bench.run = async () => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      finished = true;
      return 'done';
    };
    await bench.worker.start();
    await bench.dispatcher.offer(work('a'), [0]);
    await until(
      () => bench.ran.length,
      (count) => count === 1,
    );
    await bench.worker.stop();
    expect(finished).toBe(true);
  });
});

/** Lets everything that is out have been handed out long ago. */
const backdate = async (): Promise<void> => {
  for (const [name, value] of Object.entries(await redis.hgetall('sw:{b}:due:batches:out'))) {
    const [generation, , workspace] = value.split(' ');
    await redis.hset('sw:{b}:due:batches:out', name, `${generation} 1 ${workspace}`);
  }
};
