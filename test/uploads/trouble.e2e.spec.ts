import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { provider, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { describeUnless } from '../support/describe-unless.js';
import { NO_SMALL_DISK, SmallDisk } from '../support/small-disk.js';
import { Yard } from '../yard.js';
import { tracesIn, untilOnly } from './traces.js';
import { batchOf, batchWeighing, upload } from './upload.js';

const MB = 1024 * 1024;
const BATCHES = '/v1/messages/batches';
const CALL = { model: 'claude-test', max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }] };

let simulator: Simulator;
let yard: Yard;

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());

const openYard = async (options: Parameters<typeof Yard.open>[1] = {}): Promise<void> => {
  const config = testConfig({
    providers: { a: provider('anthropic', simulator.url) },
    models: { '*': { targets: [{ provider: 'a' }] } },
  });
  yard = await Yard.open(config, options);
};

const submit = (body: Iterable<Buffer> = batchOf(1)) => upload(yard.gateway.url + BATCHES, body);

/** Neither a batch nor a job is taken in; both may be tried again. */
const expectRefusal = async (): Promise<void> => {
  const [refused, job] = await Promise.all([submit(), yard.gateway.post('/v1/messages/jobs', { params: CALL })]);
  expect(refused).toMatchObject({
    status: 503,
    headers: { 'retry-after': expect.stringMatching(/^[1-9]\d?$/) },
    body: { type: 'error', error: { type: 'overloaded_error' } },
  });
  expect([job.status, job.headers.get('retry-after')]).toEqual([503, refused.headers['retry-after']]);
};

const expectCallsUnharmed = async (): Promise<void> => {
  const began = performance.now();
  expect((await yard.gateway.post('/v1/messages', CALL)).status).toBe(200);
  expect(performance.now() - began).toBeLessThan(2_000);
};

/** Resolves when a batch is taken in again. */
const untilTaken = (): Promise<unknown> =>
  until(
    () => submit(),
    ({ status }) => status === 200,
    20_000,
  );

const ended = async (): Promise<string> => {
  const { id } = (await submit()).body;
  await until(
    async () => (await (await yard.gateway.get(`${BATCHES}/${id}`)).json()) as { processing_status: string },
    ({ processing_status }) => processing_status === 'ended',
    20_000,
  );
  return id;
};

const resultsOf = async (id: string): Promise<[number, string]> => {
  const response = await yard.gateway.get(`${BATCHES}/${id}/results`);
  return [response.status, await response.text()];
};

const disk = SmallDisk.mount(8);

describeUnless(disk ? undefined : NO_SMALL_DISK, 'storage on a disk', () => {
  beforeAll(() => openYard({ folder: join(disk?.folder ?? '', 'data') }), 60_000);
  afterAll(async () => {
    disk?.protect('rw');
    await yard.close();
    disk?.remove();
  });

  it('that is too small for an upload keeps nothing of it', async () => {
    const before = await tracesIn(yard);
    expect(await submit(batchWeighing(20 * MB))).toMatchObject({ status: 503 });
    expect(await untilOnly(before, yard)).toEqual(before);
    await expectCallsUnharmed();
    await untilTaken();
  });

  it('that is full says so until there is room', async () => {
    const id = await ended();
    const before = await tracesIn(yard);
    await disk?.fill();
    await expectRefusal();
    expect(await resultsOf(id)).toEqual([200, expect.stringContaining('succeeded')]);
    await disk?.makeRoom();
    expect(await untilOnly(before, yard)).toEqual(before);
    await untilTaken();
  });

  it('that is read-only gives out what there is', async () => {
    const id = await ended();
    disk?.protect('ro');
    await expectRefusal();
    await expectCallsUnharmed();
    expect(await resultsOf(id)).toEqual([200, expect.stringContaining('succeeded')]);
  });
});

describe('trouble', () => {
  beforeAll(() => openYard(), 60_000);
  afterAll(() => yard.close());

  it('with storage that is away is told as 503, gives nothing out, and does not harm calls', async () => {
    const id = await ended();
    const before = await tracesIn(yard);
    await rename(yard.folder, `${yard.folder}.away`);

    await expectRefusal();
    expect(await resultsOf(id)).toEqual([503, expect.stringContaining('overloaded_error')]);
    await expectCallsUnharmed();

    await rename(`${yard.folder}.away`, yard.folder);
    expect(await untilOnly(before, yard)).toEqual(before);
    expect(await resultsOf(id)).toEqual([200, expect.stringContaining('succeeded')]);
    await untilTaken();
  });

  it('with results that storage has lost is told as 503, and nothing is made up for them', async () => {
    for (const part of ['out/0.jsonl', 'ended.json']) {
      const id = await ended();
      await rm(join(yard.folder, 'works', id, part));
      expect(await resultsOf(id)).toEqual([503, expect.stringContaining('overloaded_error')]);
    }
  });

  it('with a Redis that is full takes nothing in, and what there is goes on', async () => {
    const id = await ended();
    const before = await tracesIn(yard);
    const redis = new Redis(yard.redis.url);
    // Less than it has in use already.
    await redis.config('SET', 'maxmemory', '500kb');

    await expectRefusal();
    expect(await submit(batchOf(20_000))).toMatchObject({ status: 503 });
    await expectCallsUnharmed();
    expect(await resultsOf(id)).toEqual([200, expect.stringContaining('succeeded')]);

    await redis.config('SET', 'maxmemory', '0');
    redis.disconnect();
    expect(await untilOnly(before, yard)).toEqual(before);
    await untilTaken();
  });

  it.each(['killed', 'hanging'])(
    'with a Redis that is %s takes nothing in, and does not harm calls',
    async (how) => {
      const id = await ended();
      if (how === 'killed') await yard.redis.kill();
      else yard.redis.pause();

      await expectRefusal();
      await expectCallsUnharmed();
      const looks = [`${BATCHES}/${id}`, BATCHES].map(async (path) => (await yard.gateway.get(path)).status);
      expect(await Promise.all(looks)).toEqual([503, 503]);

      if (how === 'killed') await yard.redis.restart();
      else yard.redis.resume();
      await untilTaken();
      expect(await resultsOf(id)).toEqual([200, expect.stringContaining('succeeded')]);
    },
    60_000,
  );
});
