import { readFile, writeFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeEach, expect, it } from '@jest/globals';
import { readManifest, type Manifest } from '#batches';
import { until } from '#testing';
import { checkEnded } from './check.js';
import { HeldStorage } from './held-storage.js';
import { onEachStorage } from './scene.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded } from './work-room.js';

/** One chunk. */
const IDS = idsOf(16);

/** How a log says that a line has succeeded. */
const ANSWER = '"letter":"s"';

/** Flips bits in one answer of a log, and tears its end. */
const damage = async (files: readonly string[]): Promise<void> => {
  const bodies = await Promise.all(files.map(async (file) => ({ file, bytes: await readFile(file) })));
  const answered = bodies.find(({ bytes }) => bytes.includes(ANSWER));
  if (!answered) throw new Error('no answer is in the log');
  answered.bytes[answered.bytes.indexOf(ANSWER) + ANSWER.length - 2] = 0x78;
  await writeFile(answered.file, answered.bytes);
  const { file, bytes } = bodies.at(-1) ?? answered;
  await writeFile(file, bytes.subarray(0, -3));
};

onEachStorage(
  'several workers at one chunk',
  (scene) => {
    let other: Member;

    beforeEach(async () => {
      other = await scene.room.join();
    });

    const submit = async () => {
      const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(IDS));
      const { manifest } = (await readManifest(scene.member.store.storage, work.id)) ?? {};
      const [chunk] = manifest?.chunks ?? [];
      if (!manifest || !chunk) throw new Error('no manifest');
      return { work, manifest, chunk };
    };

    /** Logs of the chunk. */
    const logsOf = async (id: string): Promise<string[]> => {
      const below = `works/${id}/wal/0/`;
      const logs: string[] = [];
      for await (const name of scene.member.store.storage.children(below)) logs.push(below + name);
      return logs;
    };

    const recordsOf = async (id: string): Promise<number> => {
      let count = 0;
      for (const log of await logsOf(id)) for await (const _ of scene.member.store.storage.readLog(log)) count++;
      return count;
    };

    /** As when a lease has run out. */
    const loseLease = async ({ id }: Manifest) => {
      const claim = await scene.member.store.redis.hget(`sw:{b}:claims:${id}`, '0');
      await scene.member.store.redis.hset(`sw:{b}:claims:${id}`, '0', `${claim?.replace(/:\d+$/, '')}:1`);
    };

    it('gives a chunk to one of them, and epochs rise', async () => {
      const { manifest, chunk } = await submit();
      const claim = (token: string) => scene.member.store.claims.claim(manifest, chunk, { token, purpose: 'run' });

      const first = await claim('one');
      if (typeof first === 'string') throw new Error(first);
      // As when the answer was lost.
      expect(await claim('one')).toEqual(first);
      expect(await claim('two')).toBe('held');
      await loseLease(manifest);
      const second = await claim('two');
      if (typeof second === 'string') throw new Error(second);
      expect(second.epoch).toBeGreaterThan(first.epoch);
    });

    it('refuses what a worker records that has lost its chunk, though Redis has forgotten the claim', async () => {
      const { manifest, chunk, work } = await submit();
      const { claims, redis } = scene.member.store;
      const zombie = await claims.claim(manifest, chunk, { token: 'zombie', purpose: 'run' });
      await redis.del(`sw:{b}:claims:${work.id}`);
      const owner = await claims.claim(manifest, chunk, { token: 'owner', purpose: 'run' });
      if (typeof zombie === 'string' || typeof owner === 'string') throw new Error('not claimed');
      const lines = [{ line: 0, letter: 's' as const, log: '1.x.0', usage: { output: 3 } }];

      expect(await claims.commit(zombie, lines)).toBe('stale');
      expect(await claims.renew(zombie)).toBe('stale');
      await claims.release(zombie);
      expect(await claims.commit(owner, lines)).toBe('recorded');
      expect(await claims.commit(owner, lines)).toBe('recorded');
      expect(await scene.member.works.find('w', 'batch', work.id)).toMatchObject({
        counts: { succeeded: 1 },
        usage: { output: 3 },
      });
    });

    it('takes its claim up again when Redis has forgotten it, unless somebody came after it', async () => {
      const { manifest, chunk, work } = await submit();
      const { claims, redis } = scene.member.store;
      const first = await claims.claim(manifest, chunk, { token: 'first', purpose: 'run' });
      if (typeof first === 'string') throw new Error(first);
      await redis.del(`sw:{b}:claims:${work.id}`);
      expect(await claims.renew(first)).toBe('kept');
      expect(await claims.claim(manifest, chunk, { token: 'second', purpose: 'run' })).toBe('held');

      const later = first.epoch + 60_000;
      await claims.raiseEpochs(manifest, new Map([[0, later]]));
      await claims.release(first);
      expect(await claims.renew(first)).toBe('stale');
      expect(await claims.claim(manifest, chunk, { token: 'second', purpose: 'run' })).toMatchObject({
        epoch: later + 1,
      });
    });

    it('aborts the calls of a worker that has lost its chunk, and counts what is sent twice', async () => {
      const { work, manifest } = await submit();
      scene.upstream.hold();
      scene.member.work(scene.upstream.runner());
      await scene.upstream.underWay(16);
      // A lease lasts far longer than it takes to note what was begun.
      await until(
        () => recordsOf(work.id),
        (records) => records === 16,
      );
      await loseLease(manifest);
      other.work(scene.upstream.runner());
      await scene.room.offers.offer(manifest, [0]);
      await until(
        () => scene.upstream.aborted.length,
        (aborted) => aborted === 16,
      );
      scene.upstream.go();

      const ended = await untilEnded(other, work);

      await checkEnded(other.works, ended, IDS);
      expect(scene.upstream.duplicates).toBe(16);
      expect(ended.duplicateCalls).toBe(16);
      expect(scene.member.sentAgain + other.sentAgain).toBe(16);
      await until(
        () => scene.member.outcomes,
        (outcomes) => outcomes.includes('lost'),
      );
    });

    it('goes on with a chunk whose claim Redis has lost', async () => {
      const { work } = await submit();
      scene.upstream.delayMs = 10;
      scene.member.work(scene.upstream.runner(), { chunks: 1, lines: 2 });
      await scene.upstream.seen(6);
      await scene.member.store.redis.del(`sw:{b}:claims:${work.id}`);

      await checkEnded(scene.member.works, await untilEnded(scene.member, work), IDS);
      // The work has ended for everybody a moment before its runner returns.
      await until(
        () => scene.member.outcomes,
        (outcomes) => outcomes.length > 0,
      );
      expect(scene.member.outcomes).toEqual(['done']);
      expect(scene.upstream.duplicates).toBe(0);
    });

    it('keeps the results of whoever seals first', async () => {
      const { work, manifest } = await submit();
      // The zombie has all answers and sleeps just before it seals; its storage is slow.
      let wake: () => void = () => undefined;
      const asleep = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const { storage } = scene.member.store;
      const create = storage.create.bind(storage);
      let sleeps = false;
      storage.create = async (path, body) => {
        if (path.includes('/out/')) {
          sleeps = true;
          await asleep;
        }
        return create(path, body);
      };
      scene.member.work(scene.upstream.runner(), { chunks: 1 });
      await until(() => sleeps, Boolean);
      await loseLease(manifest);
      other.work(scene.upstream.runner());
      await scene.room.offers.offer(manifest, [0]);

      const results = await checkEnded(other.works, await untilEnded(other, work), IDS);
      wake();
      await scene.member.stop();

      expect(await checkEnded(other.works, await untilEnded(other, work), IDS)).toEqual(results);
      expect(scene.upstream.duplicates).toBe(0);
    });

    it('does not run a sealed chunk again of which Redis has lost the mark', async () => {
      const ids = idsOf(32);
      const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(ids));
      const { redis } = scene.member.store;
      const second = await scene.room.offers.take(AbortSignal.timeout(1_000));
      scene.member.work(scene.upstream.runner());
      await until(
        () => redis.hget(`sw:{b}:work:${work.id}`, 'sealed'),
        (sealed) => sealed === '1',
      );
      await redis.del(`sw:{b}:sealed:${work.id}`);
      await redis.hset(`sw:{b}:work:${work.id}`, 'sealed', 0);

      await scene.room.offers.offer({ id: work.id }, [0, 1]);
      scene.member.assembled.reconciler.start();

      await checkEnded(scene.member.works, await untilEnded(scene.member, work), ids);
      expect(second).toEqual({ id: work.id, chunk: 0 });
      expect(scene.upstream.duplicates).toBe(0);
    });

    it('ends a batch once when two repair at the same time', async () => {
      const works = await Promise.all(Array.from({ length: 6 }, () => submit()));
      for (const each of scene.room.members) {
        each.store.sets.takeTurn = () => Promise.resolve(true);
        new HeldStorage(each.store.storage, '/out/').delayMs = 20;
        each.work(scene.upstream.runner());
        each.assembled.reconciler.start();
      }
      const [, canceled] = works;
      if (canceled) await scene.member.works.cancel('w', 'batch', canceled.work.id);
      const before = await Promise.all(works.map(({ work }) => other.works.find('w', 'batch', work.id)));
      await scene.member.store.redis.flushall();

      for (const [at, { work }] of works.entries()) {
        const ended = await untilEnded(other, work);
        await checkEnded(other.works, ended, IDS);
        const { succeeded = 0, errored = 0 } = before[at]?.counts ?? {};
        expect(ended.counts.succeeded + ended.counts.errored).toBeGreaterThanOrEqual(succeeded + errored);
      }

      expect(scene.upstream.duplicates).toBe(0);
      expect(await scene.member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
    });

    it('runs lines again whose records are damaged, and says so', async () => {
      const { work } = await submit();
      scene.upstream.delayMs = 20;
      scene.member.work(scene.upstream.runner(), { lines: 4, graceMs: 0 });
      await scene.upstream.seen(9);
      scene.upstream.hold();
      await scene.upstream.underWay(4);
      await scene.member.stop();
      const [log = ''] = await logsOf(work.id);
      await damage(await scene.room.place.filesOfLog(log));

      scene.upstream.go();
      other.work(scene.upstream.runner());
      await scene.room.offers.offer({ id: work.id }, [0]);
      const ended = await untilEnded(other, work);

      await checkEnded(other.works, ended, IDS);
      expect(scene.upstream.duplicates).toBeGreaterThan(0);
      expect(other.reports.map(({ event }) => event)).toContain('batches.damaged');
    });

    it('hands its chunks over in a stop, and nothing is sent twice', async () => {
      const { work } = await submit();
      scene.upstream.delayMs = 30;
      scene.member.work(scene.upstream.runner(), { lines: 4, graceMs: 5_000 });
      await scene.upstream.seen(6);

      const stopped = scene.member.stop();
      other.work(scene.upstream.runner());
      await stopped;

      const ended = await untilEnded(other, work, 5_000);
      await checkEnded(other.works, ended, IDS);
      expect(scene.upstream.duplicates).toBe(0);
      expect(scene.member.outcomes).toEqual(['unfinished']);
      expect(other.sentAgain).toBe(0);
    });

    it('leaves alone what it has given back, however long the scheduler takes to hear of it', async () => {
      const { work, manifest, chunk } = await submit();
      const { claims, redis } = scene.member.store;
      scene.upstream.hold();
      scene.member.work(scene.upstream.runner(), { lines: 10, graceMs: 50 });
      await scene.upstream.underWay(10);
      // Longer than a holder is silent.
      scene.room.offers.offer = () => pause(1_500);
      await scene.member.stop();

      expect(await redis.hget(`sw:{b}:claims:${work.id}`, '0')).toMatch(/^\d+::0$/);
      expect(await claims.claim(manifest, chunk, { token: 'next', purpose: 'run' })).toMatchObject({ token: 'next' });
    });

    it('cuts off what does not end in the time of a stop, and counts it', async () => {
      const { work } = await submit();
      scene.upstream.hold();
      scene.member.work(scene.upstream.runner(), { lines: 10, graceMs: 50 });
      await scene.upstream.underWay(10);
      await scene.member.stop();
      scene.upstream.go();
      other.work(scene.upstream.runner());

      const ended = await untilEnded(other, work, 5_000);

      await checkEnded(other.works, ended, IDS);
      expect(scene.upstream.duplicates).toBe(10);
      expect(ended.duplicateCalls).toBe(10);
      expect(other.sentAgain).toBe(10);
    });
  },
  { isLongOnS3: true },
);
