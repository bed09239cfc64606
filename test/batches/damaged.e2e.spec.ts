import { expect, it } from '@jest/globals';
import { layout, type Work } from '#batches';
import { until } from '#testing';
import { checkEnded } from './check.js';
import { onEachStorage } from './scene.js';
import { aSubmission, bodyOf, idsOf, untilEnded } from './work-room.js';

const IDS = idsOf(40);
const PAGE = { limit: 50, afterId: undefined, beforeId: undefined };

onEachStorage(
  'a storage of which some objects are damaged',
  (scene) => {
    const submit = (): Promise<Work> => scene.member.works.submitBatch(aSubmission(), bodyOf(IDS));

    /** Puts something in the place of an object, and gives what puts the object back. */
    const damage = async (path: string): Promise<() => Promise<void>> => {
      const { storage } = scene.member.store;
      const whole = await storage.read(path);
      if (!whole) throw new Error(`there is no ${path}`);
      await storage.write(path, Buffer.from('{"x'));
      return () => storage.write(path, whole);
    };

    const told = (event: string) => scene.member.reports.filter((report) => report.event === event);

    it('keeps nobody waiting for a work that cannot be read, and takes it up when it can', async () => {
      const open = await submit();
      scene.member.work(scene.upstream.runner());
      const ended = await untilEnded(scene.member, await submit());
      await untilEnded(scene.member, open);
      const [lost, unclear] = [await submit(), await submit()];
      await untilEnded(scene.member, lost);
      await untilEnded(scene.member, unclear);
      const mend = [await damage(layout.manifest(lost.id)), await damage(layout.ended(unclear.id))];
      await scene.member.store.redis.flushall();

      await scene.member.assembled.reconciler.tick();

      const listed = async () => (await scene.member.works.page('w', 'batch', PAGE)).works;
      expect((await listed()).map(({ id }) => id)).toEqual(expect.arrayContaining([ended.id, open.id]));
      expect((await submit()).status).toBe('in_progress');
      expect(new Set(told('batches.unreadable').map(({ work }) => work))).toEqual(new Set([lost.id, unclear.id]));

      for (const put of mend) await put();
      scene.member.assembled.reconciler.start();
      for (const { id } of [lost, unclear])
        await until(
          async () => (await listed()).find((work) => work.id === id)?.status,
          (status) => status === 'ended',
        );
      await checkEnded(scene.member.works, await untilEnded(scene.member, unclear), IDS);
    });

    it('waits with everything while storage is away as a whole', async () => {
      const work = await submit();
      const { storage, redis } = scene.member.store;
      const [read, check] = [storage.read.bind(storage), storage.check.bind(storage)];
      const away = () => Promise.reject(new Error('away'));
      storage.read = away;
      storage.check = away;
      await redis.flushall();

      await scene.member.assembled.reconciler.tick();
      await expect(scene.member.works.page('w', 'batch', PAGE)).rejects.toMatchObject({ status: 503 });

      storage.read = read;
      storage.check = check;
      await scene.member.assembled.reconciler.tick();
      expect((await scene.member.works.page('w', 'batch', PAGE)).works).toEqual([work]);
    });
  },
  { isLongOnS3: true },
);
