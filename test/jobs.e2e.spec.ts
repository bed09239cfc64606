import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { provider, TEST_KEY, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../apps/simulator/src/simulator.js';
import { Yard } from './yard.js';

const JOBS = '/v1/messages/jobs';
const OTHER_KEY = 'sk-test-other-0123456789';
const MOMENT = expect.stringMatching(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/);

/** A job as its caller sees it. */
interface Job {
  id: string;
  status: 'queued' | 'in_progress' | 'ended';
  created_at: string;
  expires_at: string;
  started_at: string | null;
  result: { type: string; message?: { content: { text: string }[] }; error?: { error: { type: string } } } | null;
}

const ask = (model: string, content = 'Which way to the sea?') => ({
  model,
  max_tokens: 200,
  messages: [{ role: 'user' as const, content }],
});

/** An upstream that says nothing until it is left. */
const SILENT = ask('sim@stall');

let simulator: Simulator;
let yard: Yard;

beforeAll(async () => {
  simulator = await startSimulator();
  const config = testConfig({
    providers: { a: provider('anthropic', simulator.url) },
    models: { 'sim*': { targets: [{ provider: 'a' }] } },
    workspaces: { other: {} },
    // Few enough to be busy.
    batches: { concurrency: 1 },
    keys: [
      { name: 'test', secret: TEST_KEY },
      { name: 'other', secret: OTHER_KEY, workspace: 'other' },
    ],
  });
  yard = await Yard.open(config);
}, 60_000);
beforeEach(() => yard.gateway.forgetHealth());
afterAll(() => Promise.all([yard?.close(), simulator?.close()]));

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) => {
  const response = await yard.gateway.post(path, body, { headers });
  return { response, job: (await response.json()) as Job };
};

const submit = async (params: object, more: object = {}, headers: Record<string, string> = {}): Promise<Job> => {
  const { response, job } = await post(JOBS, { params, ...more }, headers);
  expect(response.status).toBe(202);
  return job;
};

const look = async (id: string, query = ''): Promise<Job> =>
  (await (await yard.gateway.get(`${JOBS}/${id}${query}`)).json()) as Job;

const untilEnded = (id: string): Promise<Job> =>
  until(
    () => look(id, '?wait=10'),
    ({ status }) => status === 'ended',
    20_000,
  );

const untilRunning = (id: string): Promise<Job> =>
  until(
    () => look(id),
    ({ status }) => status === 'in_progress',
  );

const streamOf = (id: string, lastEventId?: string): Promise<Response> =>
  yard.gateway.get(`${JOBS}/${id}/stream`, {
    'x-api-key': TEST_KEY,
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  });

const cancel = (id: string) => post(`${JOBS}/${id}/cancel`, '');

const remove = (id: string): Promise<Response> =>
  fetch(`${yard.gateway.url}${JOBS}/${id}`, { method: 'DELETE', headers: { 'x-api-key': TEST_KEY } });

describe('a job', () => {
  it('is accepted, answered and kept until it is deleted', async () => {
    const { response, job } = await post(JOBS, { params: ask('sim') });
    expect(response.status).toBe(202);
    expect(response.headers.get('location')).toBe(`${yard.gateway.url}${JOBS}/${job.id}`);
    expect(job).toEqual({
      id: expect.stringMatching(/^msgjob_01\w{22}$/),
      type: 'message_job',
      status: expect.stringMatching(/^(queued|in_progress)$/),
      created_at: MOMENT,
      started_at: job.status === 'queued' ? null : MOMENT,
      ended_at: null,
      expires_at: MOMENT,
      cancel_initiated_at: null,
      attempts: job.status === 'queued' ? 0 : 1,
      result: null,
    });
    expect(Date.parse(job.expires_at) - Date.parse(job.created_at)).toBe(86_400_000);

    const called = await fetch(response.headers.get('location') ?? '', { headers: { 'x-api-key': TEST_KEY } });
    expect(called.status).toBe(200);
    const ended = await untilEnded(job.id);
    expect(ended).toMatchObject({
      status: 'ended',
      attempts: 1,
      started_at: MOMENT,
      ended_at: MOMENT,
      result: { type: 'succeeded', message: { type: 'message', role: 'assistant', stop_reason: 'end_turn' } },
    });
    expect(ended.result?.message?.content[0]?.text).toContain('Which way to the sea?');

    const removed = await remove(job.id);
    expect([removed.status, await removed.json()]).toEqual([200, { id: job.id, type: 'message_job_deleted' }]);
    expect((await remove(job.id)).status).toBe(404);
    expect((await yard.gateway.get(`${JOBS}/${job.id}`)).status).toBe(404);
  });

  it('is told where it is under the prefix that it came by', async () => {
    const { response, job } = await post(`/anthropic${JOBS}`, { params: ask('sim') });
    expect(response.headers.get('location')).toBe(`${yard.gateway.url}/anthropic${JOBS}/${job.id}`);
  });

  it.each([
    [{ model: 'nobody-has-this' }, 404],
    [{ messages: undefined }, 400],
    [{ max_tokens: -1 }, 400],
  ])('with %j is refused at once', async (more, status) => {
    const { response, job } = await post(JOBS, { params: { ...ask('sim'), ...more } });
    expect([response.status, job]).toMatchObject([status, { type: 'error' }]);
  });

  it.each([
    [{ expires_in_seconds: 59 }, 'expires_in_seconds'],
    [{ expires_in_seconds: 86_401 }, 'expires_in_seconds'],
    [{ priority: 'soon' }, 'priority'],
    [{ webhook_url: 'http://127.0.0.1/hook' }, 'webhook'],
    [{ colour: 'blue' }, 'colour'],
  ])('that wants %j is refused', async (wish, name) => {
    const response = await yard.gateway.post(JOBS, { params: ask('sim'), ...wish });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(name);
  });

  it('that fails upstream ends with the error of a batch line', async () => {
    const { id } = await submit(ask('sim@status=400;message=no%20good'));
    expect((await untilEnded(id)).result).toEqual({
      type: 'errored',
      error: {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'no good' },
        request_id: expect.stringMatching(/^req_/),
      },
    });
  });

  it('may ask for its end', async () => {
    const job = await submit(ask('sim'), { expires_in_seconds: 60 });
    expect(Date.parse(job.expires_at) - Date.parse(job.created_at)).toBe(60_000);
  });

  (process.env.SWITCHYARD_LONG ? describe : describe.skip)('in a minute', () => {
    it('expires, and its upstream is left', async () => {
      const { id } = await submit(SILENT, { expires_in_seconds: 60 });
      await untilRunning(id);
      const left = simulator.ledger.waitFor(({ outcome }) => outcome === 'aborted', 90_000);
      const ended = await until(
        () => look(id, '?wait=30'),
        ({ status }) => status === 'ended',
        90_000,
      );
      expect(ended.result).toEqual({ type: 'expired' });
      await left;
    }, 120_000);
  });

  it('is made once for an idempotency key, also by two at once', async () => {
    const headers = { 'idempotency-key': 'once' };
    const [one, two] = await Promise.all([submit(ask('sim'), {}, headers), submit(ask('sim'), {}, headers)]);
    expect(two.id).toBe(one.id);
    await untilEnded(one.id);
    expect((await submit(ask('sim'), {}, headers)).id).toBe(one.id);
    const other = await submit(ask('sim'), {}, { ...headers, 'x-api-key': OTHER_KEY });
    expect(other.id).not.toBe(one.id);
  });
});

const later = (prefer: string, params: object) => post('/v1/messages', params, { prefer });

describe('a call that may be answered later', () => {
  it('is a job at once', async () => {
    const { response, job } = await later('respond-async', ask('sim'));
    expect(response.status).toBe(202);
    expect(response.headers.get('preference-applied')).toBe('respond-async');
    expect(response.headers.get('location')).toBe(`${yard.gateway.url}${JOBS}/${job.id}`);
    expect(job.result).toBeNull();
    expect((await untilEnded(job.id)).result?.type).toBe('succeeded');
  });

  it('is answered as any other when it is done while its caller waits', async () => {
    const { response, job } = await later('respond-async, wait=20', ask('sim'));
    expect(response.status).toBe(200);
    expect(response.headers.get('preference-applied')).toBe('respond-async, wait=20');
    expect(job).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' });
  });

  it('has the status of its error', async () => {
    const { response, job } = await later('respond-async, wait=20', ask('sim@status=400;message=no%20good'));
    expect([response.status, job]).toMatchObject([400, { type: 'error', error: { message: 'no good' } }]);
  });

  it('is a job when that takes longer', async () => {
    const { response, job } = await later('respond-async, wait=1', SILENT);
    expect(response.status).toBe(202);
    expect(response.headers.get('preference-applied')).toBe('respond-async, wait=1');
    expect(job.status).toBe('in_progress');
    await cancel(job.id);
  });

  it('is answered at once when its caller prefers something else', async () => {
    const { response } = await later('return=minimal, wait=5', ask('sim'));
    expect([response.status, response.headers.get('preference-applied')]).toEqual([200, null]);
  });
});

describe('waiting for a job', () => {
  it('is over when it has ended, and not before', async () => {
    const { id } = await submit(SILENT);
    const waiting = look(id, '?wait=30');
    await untilRunning(id);
    const began = performance.now();
    expect((await look(id, '?wait=1')).status).toBe('in_progress');
    expect(performance.now() - began).toBeGreaterThanOrEqual(990);
    await cancel(id);
    expect(await waiting).toMatchObject({ status: 'ended', result: { type: 'canceled' } });
  });
});

describe('the stream of a job', () => {
  /** Slow enough to be watched. */
  const SLOW = ask('sim@gap=30;tokens=30');
  const idsIn = (text: string): string[] => [...text.matchAll(/^id: (.*)$/gm)].map(([, id = '']) => id);

  it('is the same while it runs and afterwards, and from anywhere in it', async () => {
    const { id } = await submit(SLOW);
    await untilRunning(id);
    const watched = await streamOf(id);
    expect(watched.headers.get('content-type')).toMatch(/^text\/event-stream/);
    const decoder = new TextDecoder();
    let live = '';
    let seenWhile = '';
    for await (const piece of watched.body ?? []) {
      live += decoder.decode(piece, { stream: true });
      if (seenWhile === '' && live.includes('content_block_delta')) seenWhile = (await look(id)).status;
    }
    expect(seenWhile).toBe('in_progress');
    expect(live).toMatch(/^id: \S+\nevent: message_start\n/);
    expect(live).toMatch(/event: message_stop\ndata: [^\n]*\n\n$/);

    await untilEnded(id);
    expect(await (await streamOf(id)).text()).toBe(live);
    const ids = idsIn(live);
    expect(new Set(ids).size).toBe(ids.length);
    for (const last of [ids[0], ids[Math.floor(ids.length / 2)], ids.at(-1)])
      expect(await (await streamOf(id, last)).text()).toBe(live.split(`id: ${last}\n`)[1]?.replace(/^[^]*?\n\n/, ''));
  });

  it('goes on where it was left while the job runs', async () => {
    const { id } = await submit(SLOW);
    const first = await streamOf(id);
    const reader = first.body?.getReader();
    let begin = '';
    while (idsIn(begin).length < 5) begin += new TextDecoder().decode((await reader?.read())?.value);
    await reader?.cancel();
    const [last = ''] = idsIn(begin).slice(4);
    const rest = await (await streamOf(id, last)).text();
    const whole = await (await streamOf(id)).text();
    expect(rest).not.toContain('message_start');
    expect(whole.endsWith(rest)).toBe(true);
    expect(idsIn(whole).slice(5)).toEqual(idsIn(rest));
  });

  it('is read by the official client', async () => {
    const { id } = await submit(SLOW);
    const client = new Anthropic({ baseURL: yard.gateway.url, apiKey: TEST_KEY });
    const events = (await client.get(`${JOBS}/${id}/stream`, { stream: true })) as AsyncIterable<{
      type: string;
      delta?: { text?: string };
    }>;
    let text = '';
    const types = new Set<string>();
    for await (const { type, delta } of events) {
      types.add(type);
      text += delta?.text ?? '';
    }
    expect([...types]).toEqual(expect.arrayContaining(['message_start', 'content_block_delta', 'message_stop']));
    expect(text).toBe((await untilEnded(id)).result?.message?.content[0]?.text);
  });

  it('is whole when the upstream broke off and answered the second time', async () => {
    const { id } = await submit(ask('sim@gap=10;tokens=30;cut=8e;times=1'));
    const watched = await (await streamOf(id)).text();
    const { result } = await untilEnded(id);
    expect(result?.type).toBe('succeeded');

    expect(watched).toMatch(/event: message_start\n[^]*event: error\ndata: .*anew.*\n\n$/);
    const [last] = idsIn(watched).slice(-1);
    expect(await (await streamOf(id, last)).text()).toMatch(/^id: \S+\nevent: error\ndata: .*anew.*\n\n$/);
    const whole = await (await streamOf(id)).text();
    expect(whole).toMatch(/event: message_stop\ndata: [^\n]*\n\n$/);
    expect(whole).not.toContain('event: error');
    expect(idsIn(whole).filter((event) => idsIn(watched).includes(event))).toEqual([]);
  });

  it('ends with an error when the job fails, or is canceled', async () => {
    const failed = await submit(ask('sim@status=400;message=no%20good'));
    const told = await (await streamOf(failed.id)).text();
    expect(told).toMatch(/^(id: \S+\n)?event: error\ndata: .*no good.*\n\n$/);

    const { id } = await submit(SILENT);
    const watched = streamOf(id);
    await untilRunning(id);
    await cancel(id);
    expect(await (await watched).text()).toMatch(/event: error\ndata: .*canceled.*\n\n$/);
    await untilEnded(id);
    expect(await (await streamOf(id)).text()).toMatch(/event: error\ndata: .*canceled.*\n\n$/);
  });
});

describe('canceling', () => {
  it('is told in the same words to who waits and to who watches', async () => {
    const waiting = later('respond-async, wait=20', ask('sim@stall;label=told'));
    await simulator.ledger.waitFor(({ model }) => model?.includes('label=told') ?? false);
    const list = (await (await yard.gateway.get(`${JOBS}?limit=1`)).json()) as { data: [Job] };
    const [{ id }] = list.data;
    await cancel(id);
    const { response, job } = await waiting;
    const { error } = job as unknown as { error: unknown };
    expect([response.status, error]).toMatchObject([409, { type: 'conflict_error' }]);
    expect(await (await streamOf(id)).text()).toContain(`"error":${JSON.stringify(error)}`);
  });

  it('a job that runs leaves its upstream', async () => {
    const { id } = await submit(ask(`sim@stall;label=cancel`));
    await untilRunning(id);
    const call = await simulator.ledger.waitFor(({ model }) => model?.includes('label=cancel') ?? false);
    const began = Date.now();
    const { response, job } = await cancel(id);
    expect([response.status, job]).toMatchObject([200, { id, cancel_initiated_at: MOMENT }]);
    const { aborted_at } = await until(
      () => call,
      ({ outcome }) => outcome === 'aborted',
    );
    expect(Number(aborted_at) - began).toBeLessThan(2_000);
    expect(await untilEnded(id)).toMatchObject({ result: { type: 'canceled' }, cancel_initiated_at: MOMENT });
    // Once more changes nothing.
    expect((await cancel(id)).job).toEqual(await look(id));
  });

  it('is needed before a job can be deleted that has not ended', async () => {
    const { id } = await submit(SILENT);
    const refused = await remove(id);
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: { type: 'invalid_request_error' } }]);
    await cancel(id);
    await untilEnded(id);
    expect((await remove(id)).status).toBe(200);
  });

  it('a job that waits ends it without a call', async () => {
    const [worker] = yard.workers;
    worker?.signal('SIGSTOP');
    try {
      const { id } = await submit(ask('sim@label=never'));
      expect((await look(id)).status).toBe('queued');
      await cancel(id);
      expect(await untilEnded(id)).toMatchObject({ result: { type: 'canceled' }, started_at: null, attempts: 0 });
    } finally {
      worker?.signal('SIGCONT');
    }
    expect(simulator.ledger.entries({ model: 'sim@label=never' })).toEqual([]);
  });
});

describe('the list of jobs', () => {
  it('is turned page by page in both directions', async () => {
    const headers = { 'x-api-key': OTHER_KEY };
    const page = async (query: string) =>
      (await (await yard.gateway.get(`${JOBS}?${query}`, headers)).json()) as {
        data: Job[];
        has_more: boolean;
        first_id: string;
        last_id: string;
      };
    const before = (await page('limit=1000')).data.length;
    const ids: string[] = [];
    while (ids.length < 7) ids.unshift((await submit(ask('sim'), {}, headers)).id);

    const seen: string[] = [];
    for (let query = 'limit=3'; query !== ''; ) {
      const { data, has_more, first_id, last_id } = await page(query);
      expect([first_id, last_id]).toEqual([data[0]?.id, data.at(-1)?.id]);
      expect(data.every(({ result }) => result === null)).toBe(true);
      seen.push(...data.map(({ id }) => id));
      query = has_more ? `limit=3&after_id=${last_id}` : '';
    }
    expect(seen).toHaveLength(before + 7);
    expect(seen.slice(0, 7)).toEqual(ids);
    const newer = await page(`limit=2&before_id=${ids[4]}`);
    expect([newer.data.map(({ id }) => id), newer.has_more]).toEqual([ids.slice(2, 4), true]);
    expect((await page(`limit=9&before_id=${ids[2]}`)).has_more).toBe(false);
    expect((await yard.gateway.get(`${JOBS}?before_id=${ids[0]}&after_id=${ids[1]}`, headers)).status).toBe(400);
  });
});

describe('priorities', () => {
  it('let what is urgent overtake what is in the background', async () => {
    const background: string[] = [];
    while (background.length < 40) background.push((await submit(ask('sim@delay=200'), { priority: 'background' })).id);
    const urgent = await submit(ask('sim'), { priority: 'interactive' });
    await untilEnded(urgent.id);
    const jobs = await Promise.all(background.map((id) => look(id)));
    expect(jobs.filter(({ status }) => status === 'ended').length).toBeLessThan(20);
    await Promise.all(background.map((id) => cancel(id)));
  });
});
