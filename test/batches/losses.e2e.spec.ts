import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FaultProxy, until } from '#testing';
import { checkEnded } from './check.js';
import { ScriptedUpstream } from './scripted-runner.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded, WorkRoom } from './work-room.js';

const IDS = idsOf(1_000);

describe('a Redis that loses things', () => {
  let room: WorkRoom;
  let member: Member;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    room = await WorkRoom.open({ appendOnly: true });
    member = await room.join();
    upstream = new ScriptedUpstream(5);
  }, 120_000);

  afterEach(() => room.close());

  const third = () =>
    until(
      () => upstream.calls,
      (calls) => calls > 350,
    );

  it('loses everything, and not a line is lost or run again', async () => {
    const work = await member.works.submitBatch(aSubmission({ idempotencyKey: 'k' }), bodyOf(IDS));
    member.work(upstream.runner(), { chunks: 3, lines: 60 });
    (await room.join()).work(upstream.runner(), { chunks: 3, lines: 60 });
    await third();

    await member.store.redis.flushall();
    member.assembled.reconciler.start();
    const ended = await untilEnded(member, work, 25_000);

    await checkEnded(member.works, ended, IDS);
    expect(upstream.duplicates).toBe(0);
    expect(ended.usage.output).toBe(900);
    expect(await member.works.submitBatch(aSubmission({ idempotencyKey: 'k' }), bodyOf(['x']))).toEqual(ended);
    expect(await member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
  });

  it('says that it is not ready until it was compared with storage', async () => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(['a']));
    await member.store.redis.flushall();
    const page = { limit: 5, afterId: undefined, beforeId: undefined };

    await expect(member.works.submitBatch(aSubmission(), bodyOf(['a']))).rejects.toMatchObject({ status: 503 });
    await expect(member.works.page('w', 'batch', page)).rejects.toMatchObject({ status: 503 });
    expect(await member.works.find('w', 'batch', work.id)).toEqual(work);

    await member.assembled.reconciler.tick();
    expect((await member.works.page('w', 'batch', page)).works).toEqual([work]);
    await member.works.submitBatch(aSubmission(), bodyOf(['a']));
  });

  it('loses its last writes, as after a power cut', async () => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    const { redis } = member.store;
    const [, folder = ''] = await redis.config('GET', 'dir');
    const file = join(folder, 'appendonlydir', 'appendonly.aof.1.incr.aof');
    await redis.wait(0, 0);
    const before = (await stat(file)).size;
    member.work(upstream.runner(), { chunks: 3, lines: 60 });
    await third();

    await room.redis.kill();
    const { size } = await stat(file);
    expect(size).toBeGreaterThan(before + 8_192);
    await truncate(file, size - 8_192);
    await room.redis.restart();
    member.assembled.reconciler.start();

    await checkEnded(member.works, await untilEnded(member, work, 25_000), IDS);
    // A chunk that was sealed and of which Redis does not know is not run again.
    expect(upstream.duplicates).toBe(0);
  });

  it('forgets a work that it was told of last, and is told again', async () => {
    const { redis } = member.store;
    const [, folder = ''] = await redis.config('GET', 'dir');
    const file = join(folder, 'appendonlydir', 'appendonly.aof.1.incr.aof');
    const { size } = await stat(file);
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    await room.redis.kill();
    await truncate(file, size);
    await room.redis.restart();
    member.assembled.reconciler.start();
    member.work(upstream.runner());

    const results = await checkEnded(member.works, await untilEnded(member, work, 25_000), IDS);
    expect(results.size).toBe(IDS.length);
  });

  it('is away for a while: answers are kept, and counted when it is back', async () => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    member.assembled.reconciler.start();
    member.work(upstream.runner(), { chunks: 3, lines: 60 });
    await third();

    await room.redis.kill();
    const refused = member.works.submitBatch(aSubmission(), bodyOf(['a']));
    await expect(refused).rejects.toMatchObject({ status: 503, headers: { 'retry-after': expect.any(String) } });
    await until(
      () => upstream.active,
      (active) => active === 0,
    );
    await room.redis.restart();

    await checkEnded(member.works, await untilEnded(member, work, 25_000), IDS);
    expect(upstream.duplicates).toBe(0);
  });

  it('loses replies: what was asked twice is done once', async () => {
    const proxy = await FaultProxy.start(room.redis.url);
    const shaky = await room.join({ url: `redis://${proxy.address}` });
    shaky.work(upstream.runner(), { chunks: 4, lines: 60 });
    await proxy.infect({ loseEveryNthReply: 20 });
    const works = [];
    for (let at = 0; at < 5; at++) {
      // What is told to have failed must not be there.
      const submitted = await shaky.works.submitBatch(aSubmission(), bodyOf(IDS.slice(0, 200))).catch(() => undefined);
      if (submitted) works.push(submitted);
    }
    member.assembled.reconciler.start();

    for (const work of works) await checkEnded(member.works, await untilEnded(member, work, 25_000), IDS.slice(0, 200));

    expect(proxy.lost).toBeGreaterThan(3);
    const listed = await member.works.page('w', 'batch', { limit: 50, afterId: undefined, beforeId: undefined });
    expect(listed.works.map(({ id }) => id).toSorted()).toEqual(works.map(({ id }) => id).toSorted());
    expect(await member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
    await proxy.close();
  }, 60_000);

  it('is full: nothing new is accepted, and what runs ends', async () => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    const { redis } = member.store;
    await redis.config('SET', 'maxmemory', '1');

    const refused = member.works.submitBatch(aSubmission(), bodyOf(['a']));
    await expect(refused).rejects.toMatchObject({ status: 503 });
    member.work(upstream.runner(), { chunks: 10 });
    await checkEnded(member.works, await untilEnded(member, work), IDS);

    await redis.config('SET', 'maxmemory', '0');
    const names: string[] = [];
    for await (const name of member.store.storage.children('works/')) names.push(name);
    expect(names).toEqual([work.id]);
  });

  it('is put right when its counts do not agree', async () => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    member.work(upstream.runner(), { chunks: 3, lines: 60 });
    await third();
    await member.store.redis.hincrby(`sw:{b}:work:${work.id}`, 'succeeded', 5);
    member.assembled.reconciler.start();

    const ended = await untilEnded(member, work);

    expect(member.reports.map(({ event }) => event)).toContain('batches.recounted');
    await checkEnded(member.works, ended, IDS);
    expect(upstream.duplicates).toBe(0);
    expect(await member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
  });
});
