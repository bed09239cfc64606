import type { BatchCreateParams, MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { TEST_KEY, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import type { Yard } from '../yard.js';
import { FAULTY_LINES, type LineParams, ONE_HANGS, TO_PAGE, TWO_REQUESTS } from './batch-cases.js';
import { createListed, LISTER_KEY, openBatchYard } from './batch-yard.js';
import { LANES } from './lane.js';
import { type Sdk, TYPESCRIPT_CLIENTS } from './typescript-clients.js';

const MOMENT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const DAY_MS = 86_400_000;
const PREFIXES = ['', '/anthropic'];

const requestsOf = (lines: LineParams[]): BatchCreateParams.Request[] =>
  lines as unknown as BatchCreateParams.Request[];

const allProcessing = (processing: number) => ({ processing, succeeded: 0, errored: 0, canceled: 0, expired: 0 });

describe.each(LANES)('batches, %s,', (lane) => {
  let simulator: Simulator;
  let yard: Yard;
  beforeAll(async () => {
    simulator = await startSimulator();
    yard = await openBatchYard(lane, simulator.url);
  }, 60_000);
  beforeEach(() => yard.gateway.forgetHealth());
  afterAll(() => Promise.all([yard?.close(), simulator?.close()]));

  describe.each(TYPESCRIPT_CLIENTS)('$name', ({ Sdk }) => {
    const clientAt = (prefix: string): InstanceType<Sdk> =>
      new Sdk({ baseURL: yard.gateway.url + prefix, apiKey: TEST_KEY, maxRetries: 0 });
    const client = clientAt.bind(undefined, '');

    const progress = async (id: string): Promise<string | null> =>
      (await client().messages.batches.retrieve(id).asResponse()).headers.get('x-switchyard-progress');

    /** As the guide polls, only sooner again. */
    const untilEnded = (id: string): Promise<MessageBatch> =>
      until(
        () => client().messages.batches.retrieve(id),
        ({ processing_status }) => processing_status === 'ended',
        20_000,
      );

    it.each(PREFIXES)('creates, polls and reads results, at the base URL with "%s" behind it', async (prefix) => {
      const { batches } = clientAt(prefix).messages;
      const created = await batches.create({ requests: requestsOf(TWO_REQUESTS) });
      expect(created).toMatchObject({
        id: expect.stringMatching(/^msgbatch_01\w{22}$/),
        type: 'message_batch',
        processing_status: 'in_progress',
        request_counts: allProcessing(2),
        created_at: expect.stringMatching(MOMENT),
        ended_at: null,
        cancel_initiated_at: null,
        archived_at: null,
        results_url: null,
      });
      expect(Date.parse(created.expires_at) - Date.parse(created.created_at)).toBe(DAY_MS);

      await untilEnded(created.id);
      const ended = await batches.retrieve(created.id);
      expect(ended).toMatchObject({
        ...created,
        processing_status: 'ended',
        request_counts: { ...allProcessing(0), succeeded: 2 },
        ended_at: expect.stringMatching(MOMENT),
        results_url: `${yard.gateway.url}${prefix}/v1/messages/batches/${created.id}/results`,
      });

      const texts: Record<string, string> = {};
      for await (const { custom_id, result } of await batches.results(created.id)) {
        if (result.type !== 'succeeded') throw new Error(`${custom_id} has ${result.type}`);
        expect(result.message).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' });
        expect(result.message.usage.service_tier).toBe('batch');
        texts[custom_id] = result.message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
      }
      expect(texts).toEqual({
        'my-first-request': expect.stringContaining('Hello, world'),
        'my-second-request': expect.stringContaining('Hi again, friend'),
      });
    });

    it('makes each line that cannot be run an error of its own', async () => {
      const lines = [...FAULTY_LINES.map(({ line }) => line), ...TWO_REQUESTS];
      const { id } = await client().messages.batches.create({ requests: requestsOf(lines) });
      expect((await untilEnded(id)).request_counts).toEqual({
        ...allProcessing(0),
        succeeded: TWO_REQUESTS.length,
        errored: FAULTY_LINES.length,
      });

      const errors: Record<string, unknown> = {};
      for await (const { custom_id, result } of await client().messages.batches.results(id))
        if (result.type === 'errored') errors[custom_id] = result.error;
      const wanted = FAULTY_LINES.map(({ line, type, message }) => [
        line.custom_id,
        {
          type: 'error',
          error: expect.objectContaining({ type, message: expect.stringContaining(message) }),
          request_id: expect.stringMatching(/^req_/),
        },
      ]);
      expect(errors).toEqual(Object.fromEntries(wanted));
    });

    it('counts everything as processing until the end, tells the truth beside it, and cancels', async () => {
      const { batches } = client().messages;
      const { id } = await batches.create({ requests: requestsOf(ONE_HANGS) });
      await until(
        () => progress(id),
        (told) => told === 'processing=1, succeeded=2, errored=0, canceled=0, expired=0',
      );
      expect((await batches.retrieve(id)).request_counts).toEqual(allProcessing(3));
      expect(await (await yard.gateway.get(`/v1/messages/batches/${id}/progress`)).json()).toMatchObject({
        type: 'message_batch_progress',
        processing_status: 'in_progress',
        request_counts: { ...allProcessing(1), succeeded: 2 },
        done: 2,
        total: 3,
      });
      await expect(batches.results(id)).rejects.toThrow('results_url');
      await expect(batches.delete(id)).rejects.toMatchObject({
        status: 400,
        error: { error: { type: 'invalid_request_error' } },
      });

      const canceling = await batches.cancel(id);
      expect(canceling).toMatchObject({ id, cancel_initiated_at: expect.stringMatching(MOMENT), results_url: null });
      expect(canceling.processing_status).toBe('canceling');
      expect(canceling.request_counts).toEqual(allProcessing(3));
      expect(await untilEnded(id)).toMatchObject({
        request_counts: { ...allProcessing(0), succeeded: 2, canceled: 1 },
        cancel_initiated_at: canceling.cancel_initiated_at,
      });
      const types: Record<string, string> = {};
      for await (const { custom_id, result } of await batches.results(id)) types[custom_id] = result.type;
      expect(types).toEqual({ a: 'succeeded', b: 'succeeded', hangs: 'canceled' });
      await expect(batches.cancel(id)).rejects.toMatchObject({ status: 400 });

      expect(await batches.delete(id)).toEqual({ id, type: 'message_batch_deleted' });
      await expect(batches.retrieve(id)).rejects.toMatchObject({ status: 404 });
      await expect(batches.results(id)).rejects.toMatchObject({ status: 404 });
    });

    it('creates a batch once for an idempotency key', async () => {
      const headers = { 'idempotency-key': `key-${Math.random()}` };
      const create = () => client().messages.batches.create({ requests: requestsOf(TWO_REQUESTS) }, { headers });
      const [one, two] = await Promise.all([create(), create()]);
      expect(two.id).toBe(one.id);
      expect((await create()).id).toBe(one.id);
    });

    it('calls the beta methods', async () => {
      const { batches } = client().beta.messages;
      const { id } = await batches.create({
        requests: requestsOf(TWO_REQUESTS),
        betas: ['message-batches-2024-09-24'],
      });
      expect((await batches.retrieve(id)).id).toBe(id);
      await untilEnded(id);
      const results = await batches.results(id);
      const types: string[] = [];
      for await (const { result } of results) types.push(result.type);
      expect(types).toEqual(['succeeded', 'succeeded']);
      const [newest] = (await batches.list({ limit: 1 })).data;
      expect(newest?.type).toBe('message_batch');
      expect(await batches.delete(id)).toEqual({ id, type: 'message_batch_deleted' });
    });

    it.each([
      ['no requests', { requests: [] }, 'requests'],
      ['an id twice', { requests: [TWO_REQUESTS[0], TWO_REQUESTS[0]] }, 'custom_id'],
      ['an id with a blank', { requests: [{ ...TWO_REQUESTS[0], custom_id: 'a b' }] }, 'custom_id'],
    ])('is told at once of %s', async (_what, body, path) => {
      await expect(client().messages.batches.create(body as unknown as BatchCreateParams)).rejects.toMatchObject({
        status: 400,
        error: { error: { type: 'invalid_request_error', message: expect.stringContaining(path) } },
      });
    });
  });

  describe('pages', () => {
    let newestFirst: string[];
    beforeAll(async () => {
      newestFirst = await createListed(yard.gateway);
    });

    const listed = async (Client: Sdk, query: object): Promise<string[]> => {
      const client = new Client({ baseURL: yard.gateway.url, apiKey: LISTER_KEY });
      const seen: string[] = [];
      for await (const { id } of client.messages.batches.list(query)) seen.push(id);
      return seen;
    };
    const last = TO_PAGE - 1;

    it.each(TYPESCRIPT_CLIENTS)('are turned by $name, forwards and backwards', async ({ Sdk }) => {
      expect(await listed(Sdk, {})).toEqual(newestFirst);
      expect(await listed(Sdk, { limit: 7, after_id: newestFirst[2] })).toEqual(newestFirst.slice(3));
      expect(await listed(Sdk, { limit: 7, after_id: newestFirst[last] })).toEqual([]);
      // Each page is newest first; the pages go from the oldest to the newest.
      const backwards = await listed(Sdk, { limit: 10, before_id: newestFirst[last] });
      expect(backwards.slice(0, 10)).toEqual(newestFirst.slice(last - 10, last));
      expect(backwards.toSorted()).toEqual(newestFirst.slice(0, last).toSorted());
      await expect(listed(Sdk, { limit: 1001 })).rejects.toMatchObject({ status: 400 });
    });
  });
});
