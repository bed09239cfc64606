import 'reflect-metadata';
import { RequestMethod } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { provider, TEST_KEY, testConfig, until } from '#testing';
import { BatchesController } from '../apps/gateway/src/batches/batches.controller.js';
import { JobsController } from '../apps/gateway/src/jobs/jobs.controller.js';
import { type Simulator, startSimulator } from '../apps/simulator/src/simulator.js';
import { Yard } from './yard.js';

const OTHER_KEY = 'sk-test-other-0123456789';
const CALL = { model: 'sim', max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }] };

type Route = [method: string, path: string];

/** The routes that a controller has for one work, read off itself: a new one is tried without being put here. */
const routesOf = (controller: { prototype: object }): Route[] => {
  const prefixes = Reflect.getMetadata(PATH_METADATA, controller) as string[];
  const handlers = Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).map(({ value }) => value);
  return handlers.flatMap((handler: object | undefined) => {
    const path: unknown = handler && Reflect.getMetadata(PATH_METADATA, handler);
    if (typeof path !== 'string' || !path.includes(':id')) return [];
    const method = RequestMethod[Reflect.getMetadata(METHOD_METADATA, handler ?? {}) as number] ?? '';
    return prefixes.map((prefix): Route => [method, `/${prefix}/${path}`]);
  });
};

const BATCH_ROUTES = routesOf(BatchesController);
const JOB_ROUTES = routesOf(JobsController);

const UNKNOWN = { batch: `msgbatch_01${'7'.repeat(22)}`, job: `msgjob_01${'7'.repeat(22)}` };

/** Ids that are none, and would lead elsewhere if somebody made a path or a key of them. */
const TRICKS = [
  '..%2f..%2fetc%2fpasswd',
  '%2e%2e',
  '..%5c..%5cwindows',
  `${UNKNOWN.batch}%2f..%2f${UNKNOWN.batch}`,
  `${UNKNOWN.batch}%00`,
  '%00',
  `${UNKNOWN.batch}%0a`,
  `${UNKNOWN.batch.slice(0, -1)}*`,
  `${UNKNOWN.batch}:x`,
  '%E2%80%AE',
  '%ff',
  'x'.repeat(500),
  'x'.repeat(5_000),
];

let simulator: Simulator;
let yard: Yard;

beforeAll(async () => {
  simulator = await startSimulator();
  yard = await Yard.open(
    testConfig({
      providers: { a: provider('anthropic', simulator.url) },
      models: { 'sim*': { targets: [{ provider: 'a' }] } },
      workspaces: { other: {} },
      keys: [
        { name: 'test', secret: TEST_KEY },
        { name: 'other', secret: OTHER_KEY, workspace: 'other' },
      ],
    }),
  );
}, 60_000);
afterAll(async () => {
  // It would wait for the calls that hang.
  await Promise.all(yard?.workers.map((worker) => worker.kill()) ?? []);
  await Promise.all([yard?.close(), simulator?.close()]);
});

const send = (method: string, path: string, key: string): Promise<Response> =>
  fetch(yard.gateway.url + path, { method, headers: { 'x-api-key': key, 'content-type': 'application/json' } });

/** The status and the error, with the id that was asked for taken out. */
const answerOf = async ([method, route]: Route, id: string, key = TEST_KEY) => {
  const response = await send(method, route.replace(':id', id), key);
  const { error } = (await response.json()) as { error?: { type: string; message: string } };
  return { status: response.status, type: error?.type, message: error?.message.replace(decodeURIComponent(id), '…') };
};

const created = async (path: string, body: object): Promise<string> =>
  ((await (await yard.gateway.post(path, body)).json()) as { id: string }).id;

const isEnded = async (path: string): Promise<boolean> => {
  const work = (await (await yard.gateway.get(path)).json()) as Record<string, unknown>;
  return work.processing_status === 'ended' || work.status === 'ended';
};

describe('the works of a workspace', () => {
  const ids: Record<string, string> = {};
  const ROUTES = [...BATCH_ROUTES, ...JOB_ROUTES];

  beforeAll(async () => {
    const hanging = { ...CALL, model: 'sim@stall' };
    const batchOf = (params: object) => ({ requests: [{ custom_id: 'a', params }] });
    ids['a batch'] = await created('/v1/messages/batches', batchOf(hanging));
    ids['an ended batch'] = await created('/v1/messages/batches', batchOf(CALL));
    ids['a job'] = await created('/v1/messages/jobs', { params: hanging });
    ids['an ended job'] = await created('/v1/messages/jobs', { params: CALL });
    await until(() => isEnded(`/v1/messages/batches/${ids['an ended batch']}`), Boolean);
    await until(() => isEnded(`/v1/messages/jobs/${ids['an ended job']}`), Boolean);
  }, 30_000);

  it('have so many routes', () => {
    const paths = ROUTES.map(([method, path]) => `${method} ${path}`).filter((route) => !route.includes('anthropic'));
    expect(paths.toSorted()).toEqual([
      'DELETE /v1/messages/batches/:id',
      'DELETE /v1/messages/jobs/:id',
      'GET /v1/messages/batches/:id',
      'GET /v1/messages/batches/:id/progress',
      'GET /v1/messages/batches/:id/results',
      'GET /v1/messages/jobs/:id',
      'GET /v1/messages/jobs/:id/stream',
      'POST /v1/messages/batches/:id/cancel',
      'POST /v1/messages/jobs/:id/cancel',
    ]);
    expect(ROUTES).toHaveLength(2 * paths.length);
  });

  it.each(ROUTES)("%s %s says of another workspace's what it says of one that never was", async (...route) => {
    const unknown = UNKNOWN[BATCH_ROUTES.some(([, path]) => path === route[1]) ? 'batch' : 'job'];
    const nothing = await answerOf(route, unknown, OTHER_KEY);
    expect(nothing).toMatchObject({ status: 404, type: 'not_found_error', message: expect.stringContaining('…') });
    for (const id of Object.values(ids)) expect(await answerOf(route, id, OTHER_KEY)).toEqual(nothing);
    // Nor is a batch a job, for its own workspace.
    const alien = unknown === UNKNOWN.batch ? ids['an ended job'] : ids['an ended batch'];
    expect(await answerOf(route, alien ?? '')).toEqual(nothing);
  });

  it.each(ROUTES)('%s %s takes no path for an id', async (...route) => {
    for (const id of TRICKS) {
      const response = await send(route[0], route[1].replace(':id', id), TEST_KEY);
      const { type } = (await response.json()) as { type: string };
      expect([id, response.status, type]).toEqual([id, response.status === 400 ? 400 : 404, 'error']);
    }
  });

  it("are on nobody else's list, also with a cursor of theirs", async () => {
    for (const [path, id] of [
      ['/v1/messages/batches', ids['an ended batch']],
      ['/v1/messages/jobs', ids['an ended job']],
    ]) {
      const listed = await (await send('GET', `${path}`, OTHER_KEY)).json();
      expect(listed).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
      for (const cursor of ['after_id', 'before_id']) {
        const theirs = await send('GET', `${path}?${cursor}=${id}`, OTHER_KEY);
        const nobodys = await send('GET', `${path}?${cursor}=${UNKNOWN.job}`, OTHER_KEY);
        expect([theirs.status, await theirs.json()]).toEqual([
          nobodys.status,
          { ...((await nobodys.json()) as object), request_id: expect.any(String) },
        ]);
      }
    }
  });

  it('are as they were after all that', async () => {
    const batch = (await (await yard.gateway.get(`/v1/messages/batches/${ids['a batch']}`)).json()) as object;
    const job = (await (await yard.gateway.get(`/v1/messages/jobs/${ids['a job']}`)).json()) as object;
    expect(batch).toMatchObject({ processing_status: 'in_progress', cancel_initiated_at: null });
    expect(job).toMatchObject({ status: 'in_progress', cancel_initiated_at: null });
    expect((await yard.gateway.get(`/v1/messages/batches/${ids['an ended batch']}/results`)).status).toBe(200);
    expect((await yard.gateway.get(`/v1/messages/jobs/${ids['an ended job']}`)).status).toBe(200);
  });
});
