import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import type { AnswerEvents } from '#batches';
import type { Config } from '#platform';
import { until } from '#testing';
import { aLine, errorOf, LineBench, messageOf } from './line-bench.js';

let simulator: Simulator;
let bench: LineBench;

beforeEach(async () => {
  simulator = await startSimulator();
  bench = new LineBench(simulator);
});

afterEach(async () => {
  await bench.close();
  await simulator.close();
});

const params = (more: object = {}): Record<string, unknown> => ({
  model: 'm',
  max_tokens: 64,
  messages: [{ role: 'user', content: 'Hello' }],
  ...more,
});

/** A configuration of which something is missing, as only a fault of ours could make it. */
const BROKEN = { keys: undefined } as unknown as Partial<Config>;

const calls = (): number => simulator.ledger.counts().seen;

describe('a line of a batch', () => {
  it('is answered with the message, and says that a batch was served', async () => {
    const ran = await bench.run(aLine(params()));
    expect(messageOf(ran)).toMatchObject({ type: 'message', role: 'assistant', usage: { service_tier: 'batch' } });
    expect(ran.usage).toMatchObject({ input: expect.any(Number), output: expect.any(Number) });
  });

  it('is priced where the model has prices', async () => {
    const { usage } = await bench.run(aLine(params({ model: 'priced' })));
    expect(usage.micro_usd).toBe(Number(usage.input) * 3 + Number(usage.output) * 15);
  });

  it.each([
    [{ stream: true }, 'stream'],
    [{ speed: 'fast' }, 'speed'],
    [{ max_tokens: 0 }, 'max_tokens'],
    [{ fallbacks: [] }, 'fallbacks'],
    [{ thread: { type: 'create' } }, 'thread'],
    [{ billing_policy: { type: 'billing_policy', bill_to: 'user_profile' } }, 'billing_policy.bill_to'],
    [{ model: 7 }, 'model'],
    [{ messages: undefined }, 'messages'],
  ])('is refused with %j, without a call', async (more, field) => {
    const ran = await bench.run(aLine(params(more)));
    expect(errorOf(ran)).toMatchObject({ type: 'invalid_request_error', message: expect.stringContaining(field) });
    expect(ran.result).toMatchObject({ error: { type: 'error', request_id: expect.stringMatching(/^req_/) } });
    expect(calls()).toBe(0);
  });

  it('may have a fallback credit token, which does nothing', async () => {
    messageOf(await bench.run(aLine(params({ fallback_credit_token: 'x' }))));
    expect(calls()).toBe(1);
  });

  it('is refused when it is no JSON, or its key may not use the model', async () => {
    expect(errorOf(await bench.run(aLine('{"model":')))).toMatchObject({ type: 'invalid_request_error' });
    const restricted = new LineBench(simulator, {
      keys: [{ name: 'ci', workspace: 'default', digest: Buffer.alloc(32), models: ['other-*'], expiresAt: undefined }],
    });
    expect(errorOf(await restricted.run(aLine(params())))).toMatchObject({ type: 'permission_error' });
    await restricted.close();
  });

  it.each([
    ['was removed', []],
    ["is another workspace's now", [{ name: 'ci', workspace: 'other', models: undefined }]],
  ])('may use no more models than its key could when that %s', async (_, keys) => {
    const later = new LineBench(simulator, { keys } as unknown as Partial<Config>);
    expect(errorOf(await later.run(aLine(params(), { models: ['other-*'] })))).toMatchObject({
      type: 'permission_error',
    });
    messageOf(await later.run(aLine(params(), { models: ['m'] })));
    messageOf(await later.run(aLine(params(), { models: undefined })));
    await later.close();
  });

  it('is held to what its key may use now', async () => {
    const keys = [{ name: 'ci', workspace: 'default', models: ['m'] }];
    const changed = new LineBench(simulator, { keys } as unknown as Partial<Config>);
    expect(messageOf(await changed.run(aLine(params(), { models: ['other-*'] })))).toMatchObject({ type: 'message' });
    await changed.close();
  });

  it('ends with what the upstream says of the request, after one call', async () => {
    const ran = await bench.run(aLine(params({ model: 'm@status=400;message=no%20good' })));
    expect(errorOf(ran)).toMatchObject({ type: 'invalid_request_error', message: 'no good' });
    expect(calls()).toBe(1);
  });

  it('waits as long as the upstream asks, and is answered then', async () => {
    const began = performance.now();
    messageOf(await bench.run(aLine(params({ model: 'm@status=429;retry-after=1;times=2' }))));
    expect(performance.now() - began).toBeGreaterThanOrEqual(1_000);
  });

  it('is tried again when it fails', async () => {
    messageOf(await bench.run(aLine(params({ model: 'm@status=500;times=2' }))));
    expect(calls()).toBe(3);
  });

  it('is left at once when its worker loses it or stops, with the reason of that', async () => {
    const stop = new AbortController();
    const running = bench.run(aLine(params({ model: 'm@delay=60000' })), stop.signal);
    await until(calls, (count) => count === 1);
    stop.abort(new Error('canceled'));
    await expect(running).rejects.toThrow('canceled');
    await simulator.ledger.nextAbort();
    expect(bench.slots.underWay).toBe(0);
  });

  it('harms nothing but itself when we have a fault', async () => {
    const broken = new LineBench(simulator, BROKEN);
    expect(errorOf(await broken.run(aLine(params())))).toMatchObject({ type: 'api_error' });
    expect(broken.faults).toHaveLength(1);
    await broken.close();
  });
});

describe('the line of a job', () => {
  const watcher = (events: string[]): AnswerEvents => ({
    add: (event) => void events.push(event),
    anew: () => void events.push('anew'),
  });

  const job = (more: object = {}) => aLine(params(more), { kind: 'job', id: 'msgjob_1' });

  it('is streamed for those who watch', async () => {
    const events: string[] = [];
    const ran = await bench.run(job(), undefined, watcher(events));
    expect(messageOf(ran).usage).not.toHaveProperty('service_tier', 'batch');
    expect(events.slice(0, 2)).toEqual(['anew', 'message_start']);
    expect(events.at(-1)).toBe('message_stop');
    expect(simulator.ledger.counts()).toMatchObject({ seen: 1 });
  });

  it('has the message of a call that is not streamed', async () => {
    const streamed = await bench.run(job({ model: 'm@seed=4' }));
    const { id, ...whole } = messageOf(await bench.run(aLine(params({ model: 'm@seed=4' }))));
    const { id: _, ...assembled } = messageOf(streamed);
    expect(assembled.content).toEqual(whole.content);
    expect(id).toMatch(/^msg_/);
  });

  it('tells its watchers when it is tried anew', async () => {
    const events: string[] = [];
    messageOf(await bench.run(job({ model: 'm@cut=6e;times=1' }), undefined, watcher(events)));
    const broken = events.slice(0, events.lastIndexOf('anew'));
    const whole = events.slice(events.lastIndexOf('anew') + 1);
    expect(broken).toContain('message_start');
    expect(broken).not.toContain('message_stop');
    expect([whole[0], whole.at(-1)]).toEqual(['message_start', 'message_stop']);
  });
});
