import { expect, it } from '@jest/globals';
import { layout, readManifest, StorageError, type Work } from '#batches';
import { until } from '#testing';
import { checkEnded, readResults } from './check.js';
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
      const { storage } = scene.member.store;
      await storage.create(layout.archived(unclear.id), Buffer.from('{"x'));
      const mend = [await damage(layout.manifest(lost.id)), () => storage.remove(layout.archived(unclear.id))];
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

    /** A batch that nobody runs yet, and its first chunk. */
    const anOpenOne = async () => {
      const work = await submit();
      const { manifest } = (await readManifest(scene.member.store.storage, work.id)) ?? {};
      const [first] = manifest?.chunks ?? [];
      if (!manifest || !first) throw new Error('no manifest');
      return { work, manifest, first };
    };

    it('ends lines with an error whose requests are damaged', async () => {
      const { work, first } = await anOpenOne();
      const { storage } = scene.member.store;
      const path = layout.input(work.id, first.index);
      const text = (await storage.read(path))?.toString() ?? '';
      await storage.write(path, Buffer.from(text.replace('"max_tokens":8', '"max_tokens":9')));
      scene.member.work(scene.upstream.runner());

      const results = await checkEnded(scene.member.works, await untilEnded(scene.member, work), IDS);

      expect(results.get('line-0')).toMatchObject({ type: 'errored', error: { error: { type: 'api_error' } } });
      expect(results.get(`line-${first.lines}`)).toMatchObject({ type: 'succeeded' });
      expect(scene.upstream.calls).toBe(IDS.length - first.lines);
      expect(told('batches.damaged')).toContainEqual(expect.objectContaining({ path }));
    });

    it('ends though requests are lost, and tells nothing of lines whose id nobody knows', async () => {
      const { work, first } = await anOpenOne();
      await scene.member.store.storage.remove(layout.input(work.id, first.index));
      scene.member.work(scene.upstream.runner());

      const ended = await untilEnded(scene.member, work);

      expect(ended.counts.expired).toBe(first.lines);
      expect([...(await readResults(scene.member.works, ended)).keys()]).toEqual(IDS.slice(first.lines));
    });

    it('ends a canceled batch, with what was answered elsewhere, though requests are lost', async () => {
      const { work, manifest, first } = await anOpenOne();
      // Chunks that somebody began and left.
      for (const chunk of manifest.chunks)
        await scene.member.store.claims.claim(manifest, chunk, { token: 'gone', purpose: 'run' });
      await scene.member.store.storage.remove(layout.input(work.id, first.index));

      await scene.member.works.cancel('w', 'batch', work.id);
      scene.member.assembled.reconciler.start();

      const ended = await untilEnded(scene.member, work);
      expect(ended.counts.canceled).toBe(IDS.length);
      expect([...(await readResults(scene.member.works, ended)).keys()]).toEqual(IDS.slice(first.lines));
    });

    it('seals the other chunks of a canceled batch while one cannot be read', async () => {
      const { work, manifest, first } = await anOpenOne();
      const { storage, claims, redis } = scene.member.store;
      for (const chunk of manifest.chunks) await claims.claim(manifest, chunk, { token: 'gone', purpose: 'run' });
      const read = storage.read.bind(storage);
      const denied = layout.input(work.id, first.index);
      storage.read = (path) => (path === denied ? Promise.reject(new StorageError('denied', path)) : read(path));
      await scene.member.works.cancel('w', 'batch', work.id);
      scene.member.assembled.reconciler.start();

      await until(
        () => redis.hget(`sw:{b}:work:${work.id}`, 'sealed'),
        (sealed) => sealed === String(manifest.chunks.length - 1),
      );
      storage.read = read;
      const ended = await untilEnded(scene.member, work);
      expect(ended.counts.canceled).toBe(IDS.length);
    });

    it('runs lines again whose results are damaged before Redis has them', async () => {
      const { work, first } = await anOpenOne();
      await scene.member.store.storage.create(layout.output(work.id, first.index), Buffer.from('{"x'));
      scene.member.work(scene.upstream.runner());

      await checkEnded(scene.member.works, await untilEnded(scene.member, work), IDS);
      expect(scene.upstream.calls).toBe(IDS.length);
    });

    it('ends a batch as it had ended whose end is damaged', async () => {
      scene.member.work(scene.upstream.runner());
      const work = await submit();
      const ended = await untilEnded(scene.member, work);
      await damage(layout.ended(work.id));
      await scene.member.store.redis.flushall();
      scene.member.assembled.reconciler.start();

      const again = await untilEnded(scene.member, work);

      expect(again.counts).toEqual(ended.counts);
      await checkEnded(scene.member.works, again, IDS);
      expect(scene.upstream.calls).toBe(IDS.length);
    });

    it('runs a job again whose result is damaged', async () => {
      scene.member.work(scene.upstream.runner());
      const job = await scene.member.works.submitJob(aSubmission({ kind: 'job' }), Buffer.from('{}'));
      await untilEnded(scene.member, job);
      await damage(layout.result(job.id));
      await scene.member.store.redis.flushall();
      scene.member.assembled.reconciler.start();

      const ended = await untilEnded(scene.member, job);

      expect(await scene.member.works.result(ended)).toMatchObject({ type: 'succeeded' });
      expect(scene.upstream.calls).toBe(2);
    });

    it('cancels a batch of which it can only be told that it was canceled', async () => {
      const { work } = await anOpenOne();
      const { storage, redis } = scene.member.store;
      await storage.create(layout.canceled(work.id), Buffer.from('{"x'));
      await redis.flushall();
      scene.member.assembled.reconciler.start();

      expect((await untilEnded(scene.member, work)).counts.canceled).toBe(IDS.length);
    });

    it('cancels a batch with damaged results that Redis has forgotten', async () => {
      const { work, first } = await anOpenOne();
      const { storage, redis } = scene.member.store;
      await storage.create(layout.output(work.id, first.index), Buffer.from('{"x'));
      await storage.create(layout.canceled(work.id), Buffer.from(JSON.stringify({ canceledAt: work.createdAt })));
      await redis.flushall();
      scene.member.assembled.reconciler.start();

      const ended = await untilEnded(scene.member, work);

      expect(ended.counts.canceled).toBe(IDS.length);
      await checkEnded(scene.member.works, ended, IDS);
    });
  },
  { isLongOnS3: true },
);
