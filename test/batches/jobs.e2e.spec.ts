import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import { ScriptedUpstream } from './scripted-runner.js';
import { aSubmission, type Member, untilEnded, WorkRoom } from './work-room.js';
import type { Work } from '#batches';

const PARAMS = Buffer.from('{"model":"m",\n"max_tokens":8,"messages":[]}');

describe('jobs', () => {
  let room: WorkRoom;
  let member: Member;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    room = await WorkRoom.open();
    member = await room.join();
    upstream = new ScriptedUpstream();
  }, 120_000);

  afterEach(() => room.close());

  const submit = (expiresInMs = 86_400_000): Promise<Work> =>
    member.works.submitJob(aSubmission({ kind: 'job', expiresInMs }), PARAMS);

  const events = async (work: Work, after?: string): Promise<string[]> => {
    const seen: string[] = [];
    const signal = AbortSignal.timeout(10_000);
    for await (const { id, event } of member.works.events(work, after, signal)) seen.push(`${id} ${event}`);
    return seen;
  };

  it('answers a job with its result, with two objects in storage', async () => {
    member.work(upstream.runner());

    const ended = await untilEnded(member, await submit());

    expect(ended).toMatchObject({
      counts: { succeeded: 1 },
      usage: { input: PARAMS.length, output: 1 },
      duplicateCalls: 0,
    });
    expect(await member.works.result(ended)).toEqual({
      type: 'succeeded',
      message: { type: 'message', content: ended.id },
    });
    const names: string[] = [];
    for await (const name of member.store.storage.children(`works/${ended.id}/`)) names.push(name);
    expect(names).toEqual(['manifest', 'result.jsonl']);
  });

  it('shows events as they come, and the same ones afterwards', async () => {
    upstream.hold();
    member.work(upstream.runner());
    const work = await submit();
    const watching = events(work);
    await until(
      () => member.store.redis.xlen(`sw:{b}:live:${work.id}`),
      (length) => length === 1,
    );
    upstream.go();

    expect(await watching).toEqual(['1-1 message_start', '1-2 message_stop']);
    expect(await events(work)).toEqual(['1-1 message_start', '1-2 message_stop']);
    expect(await events(work, '1-1')).toEqual(['1-2 message_stop']);
    expect(await events(work, '7-1')).toEqual(['7-2 error']);
  });

  it('tells watchers when the worker was lost, and shows the new run from its beginning', async () => {
    upstream.hold();
    member.work(upstream.runner());
    const work = await submit();
    const watching = events(work);
    await until(
      () => member.store.redis.xlen(`sw:{b}:live:${work.id}`),
      (length) => length === 1,
    );
    // As another worker would after the lease.
    await member.store.redis.hset(`sw:{b}:claims:${work.id}`, '0', '1:lost:0');
    await until(
      () => upstream.aborted.length,
      (aborted) => aborted === 1,
    );
    upstream.go();
    await room.offers.offer(work, [0]);

    expect(await watching).toEqual(['1-1 message_start', '1-2 error']);
    expect(await events(work)).toEqual(['2-1 message_start', '2-2 message_stop']);
    expect(await untilEnded(member, work)).toMatchObject({ duplicateCalls: 1, counts: { succeeded: 1 } });
  });

  it('cancels a job that waits, and one that runs', async () => {
    const waiting = await submit();
    await member.works.cancel('w', 'job', waiting.id);
    const ended = await untilEnded(member, waiting);
    expect(ended).toMatchObject({ counts: { canceled: 1 }, cancelInitiatedAt: expect.any(Number) });
    expect(await member.works.result(ended)).toEqual({ type: 'canceled' });

    upstream.hold();
    member.work(upstream.runner());
    const running = await submit();
    await until(
      () => upstream.active,
      (active) => active === 1,
    );
    await member.works.cancel('w', 'job', running.id);
    expect(await member.works.result(await untilEnded(member, running))).toEqual({ type: 'canceled' });
    expect(upstream.aborted).toHaveLength(1);
    expect((await events(running)).at(-1)).toMatch(/error$/);
  });

  it('expires a job that is not answered in time', async () => {
    upstream.hold();
    member.work(upstream.runner());
    member.assembled.reconciler.start();

    const ended = await untilEnded(member, await submit(1_000));

    expect(ended.counts).toMatchObject({ expired: 1, canceled: 0 });
    expect(await member.works.result(ended)).toEqual({ type: 'expired' });
  });

  it('keeps jobs when Redis loses everything', async () => {
    member.work(upstream.runner());
    const answered = await untilEnded(member, await submit());
    await member.stop();
    const waiting = await submit();
    await member.store.redis.flushall();

    await member.assembled.reconciler.tick();
    const next = (await room.join()).work(upstream.runner());

    expect(await member.works.find('w', 'job', answered.id)).toEqual({ ...answered, startedAt: undefined });
    expect(await untilEnded(next, waiting)).toMatchObject({ counts: { succeeded: 1 } });
    expect(upstream.duplicates).toBe(0);
  });
});
