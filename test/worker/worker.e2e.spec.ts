import { readdirSync } from 'node:fs';
import { getPriority, platform } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { until, WorkerProcess } from '#testing';
import { type SiteOptions, WorkerSite } from './worker-site.js';

/** Where every thread has a priority of its own. */
const onLinux = platform() === 'linux';

/** A test that has a site to itself, so that it may run beside another. */
const onSite =
  (options: SiteOptions, test: (site: WorkerSite, seen: () => number) => Promise<void>) => async (): Promise<void> => {
    const site = await WorkerSite.open(options);
    try {
      await test(site, () => site.simulator.ledger.counts().seen);
    } finally {
      await site.close();
    }
  };

/** One of a worker's metrics, all its labels together. */
const counted = async ({ url }: WorkerProcess, metric: string): Promise<number> => {
  const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
  const samples = lines.filter((line) => line.startsWith(`${metric}{`));
  return samples.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
};

describe('a worker', () => {
  it.concurrent(
    'leaves the processor to gateways where both want it',
    onSite({}, async (site) => {
      const { pid } = await site.worker();
      const threads = onLinux ? readdirSync(`/proc/${pid}/task`).map(Number) : [pid];
      expect(threads.map(getPriority)).toEqual(threads.map(() => Math.max(5, getPriority())));
      expect(getPriority(site.gateway.pid)).toBe(getPriority());
    }),
    60_000,
  );

  it.concurrent(
    'answers every line of a batch, and a job',
    onSite({}, async (site) => {
      await site.worker();
      const { request_counts } = await site.ended(await site.submit(200));
      expect(request_counts).toMatchObject({ succeeded: 200, processing: 0 });
      const job = await site.gateway.post('/v1/messages/jobs', {
        params: { model: 'm', max_tokens: 16, messages: [{ role: 'user', content: 'Hello' }] },
      });
      const { id } = (await job.json()) as { id: string };
      const ended = await site.gateway.get(`/v1/messages/jobs/${id}?wait=10`);
      expect(await ended.json()).toMatchObject({ status: 'ended', result: { type: 'succeeded' } });
    }),
    60_000,
  );

  it.concurrent(
    'is followed by another within seconds when it is killed',
    onSite({ behaviour: 'delay=300', concurrency: 20 }, async (site, seen) => {
      const first = await site.worker();
      const id = await site.submit(400);
      await until(
        () => site.progress(id),
        ({ done }) => done >= 20,
      );
      await first.kill();
      const before = seen();
      const second = await site.worker();
      // How long a process takes to start is the machine's affair.
      const readyAt = performance.now();
      await until(seen, (count) => count > before, 30_000);
      // The others' chunks can be taken when their lease is over; the rest of the batch at once.
      expect(performance.now() - readyAt).toBeLessThan(16_000);
      const { request_counts } = await site.ended(id, { withinMs: 60_000 });
      expect(request_counts).toMatchObject({ succeeded: 400 });
      expect(seen()).toBeLessThanOrEqual(420);
      const again = await counted(second, 'switchyard_lines_sent_again_total');
      expect(again).toBeGreaterThan(0);
      expect(again).toBeLessThanOrEqual(seen() - 400);
    }),
    90_000,
  );

  it.concurrent(
    'works on S3 as in a folder: one is killed, another answers the rest, and each line has one result',
    onSite({ storage: 's3', behaviour: 'delay=200', concurrency: 40 }, async (site, seen) => {
      const first = await site.worker();
      const id = await site.submit(300);
      await until(
        () => site.progress(id),
        ({ done }) => done >= 60,
      );
      await first.kill();
      await site.worker();
      const { request_counts } = await site.ended(id);
      expect(request_counts).toMatchObject({ succeeded: 300, processing: 0 });
      const results = await (await site.gateway.get(`/v1/messages/batches/${id}/results`)).text();
      const lines = results
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(lines.map(({ custom_id }) => custom_id)).toEqual(Array.from({ length: 300 }, (_, line) => `line-${line}`));
      expect(lines.every(({ result }) => result.type === 'succeeded')).toBe(true);
      // Beside the 40 that were under way, the answers that were on their way to the bucket are lost.
      expect(seen()).toBeLessThanOrEqual(380);
    }),
    90_000,
  );

  it.concurrent(
    'ends what it has begun when it is asked to stop, and leaves the rest to others at once',
    onSite({ behaviour: 'delay=400', concurrency: 20 }, async (site, seen) => {
      const first = await site.worker();
      const id = await site.submit(300);
      await until(seen, (count) => count >= 40);
      await site.worker();
      first.signal('SIGTERM');
      expect(await first.exited).toBe(0);
      const { request_counts } = await site.ended(id);
      expect(request_counts).toMatchObject({ succeeded: 300 });
      expect(seen()).toBe(300);
    }),
    60_000,
  );

  it.concurrent(
    'leaves when it is asked to, although Redis is away',
    onSite({ behaviour: 'delay=300', concurrency: 5 }, async (site, seen) => {
      const worker = await site.worker();
      await site.submit(500);
      await until(seen, (count) => count >= 10);
      await site.redis.kill();
      // No line is begun any more when the chunks could be another's.
      await until(
        () => site.simulator.ledger.counts().open,
        (open) => open === 0,
        20_000,
      );
      worker.signal('SIGTERM');
      const asked = performance.now();
      expect(await worker.exited).toBe(0);
      expect(performance.now() - asked).toBeLessThan(20_000);
    }),
    60_000,
  );

  it.concurrent(
    'leaves at once at a second signal',
    onSite({ behaviour: 'delay=60000' }, async (site, seen) => {
      const worker = await site.worker();
      await site.submit(10);
      await until(seen, (count) => count >= 1);
      worker.signal('SIGTERM');
      worker.signal('SIGINT');
      const asked = performance.now();
      expect(await worker.exited).toBe(1);
      expect(performance.now() - asked).toBeLessThan(2_000);
      expect(worker.errors).toContain('stopped at once');
    }),
    60_000,
  );

  it.concurrent(
    'refuses a Redis that drops keys when it is full, and says what to do',
    onSite({}, async (site) => {
      const redis = new Redis(site.redis.url);
      await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
      redis.disconnect();
      await expect(WorkerProcess.start(site.config)).rejects.toThrow(
        /exited with 1:\nThis Redis drops keys when it is full \(maxmemory-policy allkeys-lru\).*noeviction/,
      );
    }),
    60_000,
  );
});

const describeLong = process.env.SWITCHYARD_LONG ? describe : describe.skip;

describeLong('a worker that does not notice that it takes no work', () => {
  /** Its reads of the queue never come back, as on a connection that died without a word. */
  const DEAF = `import { createRequire } from 'node:module';
    const { Worker } = createRequire(${JSON.stringify(`${process.cwd()}/package.json`)})('bullmq');
    Worker.prototype.moveToActive = () => new Promise(() => undefined);`;

  it.concurrent(
    'ends itself, so that another is started',
    onSite({}, async (site) => {
      const worker = await site.worker({ NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(DEAF)}` });
      await site.submit(10);
      expect(await worker.exited).toBe(1);
      expect(worker.errors).toMatch(/were taken from the queue for \d+ s; a new process will take them/);
    }),
    120_000,
  );
});
