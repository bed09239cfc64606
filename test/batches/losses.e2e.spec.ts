import { stat, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, it } from '@jest/globals';
import { FaultProxy, until } from '#testing';
import { checkEnded } from './check.js';
import { onEachStorage } from './scene.js';
import { aSubmission, bodyOf, idsOf, untilEnded } from './work-room.js';

const IDS = idsOf(1_000);

onEachStorage(
  'a Redis that loses things',
  (scene) => {
    beforeEach(() => {
      scene.upstream.delayMs = 5;
    });

    const third = () =>
      until(
        () => scene.upstream.calls,
        (calls) => calls > 350,
      );

    it('loses everything, and not a line is lost or run again', async () => {
      const work = await scene.member.works.submitBatch(aSubmission({ idempotencyKey: 'k' }), bodyOf(IDS));
      scene.member.work(scene.upstream.runner(), { chunks: 3, lines: 60 });
      (await scene.room.join()).work(scene.upstream.runner(), { chunks: 3, lines: 60 });
      await third();

      await scene.member.store.redis.flushall();
      scene.member.assembled.reconciler.start();
      const ended = await untilEnded(scene.member, work, 25_000);

      await checkEnded(scene.member.works, ended, IDS);
      expect(scene.upstream.duplicates).toBe(0);
      expect(ended.usage.output).toBe(900);
      expect(await scene.member.works.submitBatch(aSubmission({ idempotencyKey: 'k' }), bodyOf(['x']))).toEqual(ended);
      expect(await scene.member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
    });

    it('says that it is not ready until it was compared with storage', async () => {
      const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(['a']));
      await scene.member.store.redis.flushall();
      const page = { limit: 5, afterId: undefined, beforeId: undefined };

      await expect(scene.member.works.submitBatch(aSubmission(), bodyOf(['a']))).rejects.toMatchObject({ status: 503 });
      await expect(scene.member.works.page('w', 'batch', page)).rejects.toMatchObject({ status: 503 });
      expect(await scene.member.works.find('w', 'batch', work.id)).toEqual(work);

      await scene.member.assembled.reconciler.tick();
      expect((await scene.member.works.page('w', 'batch', page)).works).toEqual([work]);
      await scene.member.works.submitBatch(aSubmission(), bodyOf(['a']));
    });

    it('loses its last writes, as after a power cut', async () => {
      const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(IDS));
      const { redis } = scene.member.store;
      const [, folder = ''] = await redis.config('GET', 'dir');
      const file = join(folder, 'appendonlydir', 'appendonly.aof.1.incr.aof');
      await redis.wait(0, 0);
      const before = (await stat(file)).size;
      scene.member.work(scene.upstream.runner(), { chunks: 3, lines: 60 });
      await third();

      await scene.room.redis.kill();
      const { size } = await stat(file);
      expect(size).toBeGreaterThan(before + 8_192);
      await truncate(file, size - 8_192);
      await scene.room.redis.restart();
      scene.member.assembled.reconciler.start();

      await checkEnded(scene.member.works, await untilEnded(scene.member, work, 25_000), IDS);
      // A chunk that was sealed and of which Redis does not know is not run again.
      expect(scene.upstream.duplicates).toBe(0);
    });

    it('forgets a work that it was told of last, and is told again', async () => {
      const { redis } = scene.member.store;
      const [, folder = ''] = await redis.config('GET', 'dir');
      const file = join(folder, 'appendonlydir', 'appendonly.aof.1.incr.aof');
      const { size } = await stat(file);
      const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(IDS));
      await scene.room.redis.kill();
      await truncate(file, size);
      await scene.room.redis.restart();
      scene.member.assembled.reconciler.start();
      scene.member.work(scene.upstream.runner());

      const results = await checkEnded(scene.member.works, await untilEnded(scene.member, work, 25_000), IDS);
      expect(results.size).toBe(IDS.length);
    });

    it('is away for a while: answers are kept, and counted when it is back', async () => {
      const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(IDS));
      scene.member.assembled.reconciler.start();
      scene.member.work(scene.upstream.runner(), { chunks: 3, lines: 60 });
      await third();

      await scene.room.redis.kill();
      const refused = scene.member.works.submitBatch(aSubmission(), bodyOf(['a']));
      await expect(refused).rejects.toMatchObject({
        status: 503,
        headers: { 'retry-after': expect.any(String) },
        cause: { name: 'RedisUnavailable' },
      });
      await scene.upstream.underWay(0);
      await scene.room.redis.restart();

      await checkEnded(scene.member.works, await untilEnded(scene.member, work, 25_000), IDS);
      expect(scene.upstream.duplicates).toBe(0);
    });

    it('loses replies: what was asked twice is done once', async () => {
      const proxy = await FaultProxy.start(scene.room.redis.url);
      const shaky = await scene.room.join({ url: `redis://${proxy.address}` });
      shaky.work(scene.upstream.runner(), { chunks: 4, lines: 60 });
      await proxy.infect({ loseEveryNthReply: 18 });
      const works = [];
      for (let at = 0; at < 5; at++) {
        // What is told to have failed must not be there.
        const submitted = await shaky.works
          .submitBatch(aSubmission(), bodyOf(IDS.slice(0, 200)))
          .catch(() => undefined);
        if (submitted) works.push(submitted);
      }
      scene.member.assembled.reconciler.start();

      for (const work of works)
        await checkEnded(scene.member.works, await untilEnded(scene.member, work, 25_000), IDS.slice(0, 200));

      expect(proxy.lost).toBeGreaterThanOrEqual(3);
      const listed = await scene.member.works.page('w', 'batch', {
        limit: 50,
        afterId: undefined,
        beforeId: undefined,
      });
      expect(listed.works.map(({ id }) => id).toSorted()).toEqual(works.map(({ id }) => id).toSorted());
      expect(await scene.member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
      await proxy.close();
    }, 60_000);

    it('is full: nothing new is accepted, and what runs ends', async () => {
      const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(IDS));
      const { redis } = scene.member.store;
      await redis.config('SET', 'maxmemory', '1');

      const refused = scene.member.works.submitBatch(aSubmission(), bodyOf(['a']));
      await expect(refused).rejects.toMatchObject({ status: 503 });
      scene.member.work(scene.upstream.runner(), { chunks: 10 });
      await checkEnded(scene.member.works, await untilEnded(scene.member, work), IDS);

      await redis.config('SET', 'maxmemory', '0');
      const names: string[] = [];
      for await (const name of scene.member.store.storage.children('works/')) names.push(name);
      expect(names).toEqual([work.id]);
    });

    it('is put right when its counts do not agree', async () => {
      const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(IDS));
      scene.member.work(scene.upstream.runner(), { chunks: 3, lines: 60 });
      await third();
      await scene.member.store.redis.hincrby(`sw:{b}:work:${work.id}`, 'succeeded', 5);
      scene.member.assembled.reconciler.start();

      const ended = await untilEnded(scene.member, work);

      expect(scene.member.reports.map(({ event }) => event)).toContain('batches.recounted');
      await checkEnded(scene.member.works, ended, IDS);
      expect(scene.upstream.duplicates).toBe(0);
      expect(await scene.member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
    });
  },
  { appendOnly: true, isLongOnS3: true },
);
