import { getPriority } from 'node:os';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { until, WorkerProcess } from '#testing';
import { OTHER_KEY, WorkerSite } from './worker-site.js';

let site: WorkerSite;

afterEach(() => site.close());

const seen = (): number => site.simulator.ledger.counts().seen;

describe('a worker', () => {
  it('leaves the processor to gateways where both want it', async () => {
    site = await WorkerSite.open();
    const { pid } = await site.worker();
    expect(getPriority(pid)).toBe(Math.max(5, getPriority()));
    expect(getPriority(site.gateway.pid)).toBe(getPriority());
  });

  it('answers every line of a batch, and a job', async () => {
    site = await WorkerSite.open();
    await site.worker();
    const { request_counts } = await site.ended(await site.submit(200));
    expect(request_counts).toMatchObject({ succeeded: 200, processing: 0 });
    const job = await site.gateway.post('/v1/messages/jobs', {
      params: { model: 'm', max_tokens: 16, messages: [{ role: 'user', content: 'Hello' }] },
    });
    const { id } = (await job.json()) as { id: string };
    const ended = await site.gateway.get(`/v1/messages/jobs/${id}?wait=10`);
    expect(await ended.json()).toMatchObject({ status: 'ended', result: { type: 'succeeded' } });
  });

  it('is followed by another within seconds when it is killed', async () => {
    site = await WorkerSite.open({ behaviour: 'delay=300', concurrency: 20 });
    const first = await site.worker();
    const id = await site.submit(400);
    await until(
      () => site.progress(id),
      ({ done }) => done >= 20,
    );
    await first.kill();
    const killedAt = performance.now();
    const before = seen();
    await site.worker();
    await until(seen, (count) => count > before, 30_000);
    // The others' chunks can be taken when their lease is over; the rest of the batch at once.
    expect(performance.now() - killedAt).toBeLessThan(16_000);
    const { request_counts } = await site.ended(id, { withinMs: 60_000 });
    expect(request_counts).toMatchObject({ succeeded: 400 });
    expect(seen()).toBeLessThanOrEqual(420);
  }, 90_000);

  it('works on S3 as in a folder: one is killed, another answers the rest, and each line has one result', async () => {
    site = await WorkerSite.open({ storage: 's3', behaviour: 'delay=200', concurrency: 40 });
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
  }, 90_000);

  it('ends what it has begun when it is asked to stop, and leaves the rest to others at once', async () => {
    site = await WorkerSite.open({ behaviour: 'delay=400', concurrency: 20 });
    const first = await site.worker();
    const id = await site.submit(300);
    await until(seen, (count) => count >= 40);
    await site.worker();
    first.signal('SIGTERM');
    expect(await first.exited).toBe(0);
    const { request_counts } = await site.ended(id);
    expect(request_counts).toMatchObject({ succeeded: 300 });
    expect(seen()).toBe(300);
  }, 60_000);

  it('leaves at once at a second signal', async () => {
    site = await WorkerSite.open({ behaviour: 'delay=60000' });
    const worker = await site.worker();
    await site.submit(10);
    await until(seen, (count) => count >= 1);
    worker.signal('SIGTERM');
    worker.signal('SIGINT');
    const asked = performance.now();
    expect(await worker.exited).toBe(1);
    expect(performance.now() - asked).toBeLessThan(2_000);
    expect(worker.errors).toContain('stopped at once');
  });

  it('refuses a Redis that drops keys when it is full, and says what to do', async () => {
    site = await WorkerSite.open();
    const redis = new Redis(site.redis.url);
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    redis.disconnect();
    await expect(WorkerProcess.start(site.config)).rejects.toThrow(
      /exited with 1:\nThis Redis drops keys when it is full \(maxmemory-policy allkeys-lru\).*noeviction/,
    );
  });

  it('gives a workspace that comes late with little its share at once', async () => {
    site = await WorkerSite.open({ behaviour: 'delay=1000', concurrency: 50 });
    await site.worker();
    await site.ended(await site.submit(300));
    /** The median of three, because a wait depends on when in the others' calls it begins. */
    const timed = async (): Promise<number> => {
      const times: number[] = [];
      for (let i = 0; i < 3; i++) {
        const began = performance.now();
        await site.ended(await site.submit(25, OTHER_KEY), { key: OTHER_KEY });
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b)[1] ?? 0;
    };
    const alone = await timed();
    await site.submit(5_000);
    await until(
      () => site.simulator.ledger.counts().open,
      (open) => open >= 45,
    );
    expect(await timed()).toBeLessThan(2 * alone);
  }, 90_000);
});

const describeLong = process.env.SWITCHYARD_LONG ? describe : describe.skip;

describeLong('a worker that does not notice that it takes no work', () => {
  /** Its reads of the queue never come back, as on a connection that died without a word. */
  const DEAF = `import { createRequire } from 'node:module';
    const { Worker } = createRequire(${JSON.stringify(`${process.cwd()}/package.json`)})('bullmq');
    Worker.prototype.moveToActive = () => new Promise(() => undefined);`;

  it('ends itself, so that another is started', async () => {
    site = await WorkerSite.open();
    const worker = await site.worker({ NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(DEAF)}` });
    await site.submit(10);
    expect(await worker.exited).toBe(1);
    expect(worker.errors).toMatch(/were taken from the queue for \d+ s; a new process will take them/);
  }, 120_000);
});
