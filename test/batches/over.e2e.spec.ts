import { expect, it } from '@jest/globals';
import { checkEnded } from './check.js';
import { HeldStorage } from './held-storage.js';
import { onEachStorage } from './scene.js';
import { aSubmission, bodyOf, idsOf, untilEnded } from './work-room.js';

const IDS = idsOf(600);

onEachStorage(
  'a batch that is over before it is done',
  (scene) => {
    /** A batch of which some lines are done and 200 are under way. */
    const halfDone = async (expiresInMs?: number) => {
      const work = await scene.member.works.submitBatch(
        aSubmission({ ...(expiresInMs && { expiresInMs }) }),
        bodyOf(IDS),
      );
      scene.member.work(scene.upstream.runner(), { chunks: 10, lines: 200 });
      await scene.upstream.seen(100);
      scene.upstream.hold();
      await scene.upstream.underWay(200);
      return work;
    };

    it('ends within seconds of its cancel, with what was done', async () => {
      scene.upstream.delayMs = 20;
      const work = await halfDone();
      const canceledAt = performance.now();

      const canceling = await scene.member.works.cancel('w', 'batch', work.id);
      expect(canceling).toMatchObject({ status: 'canceling', cancelInitiatedAt: expect.any(Number) });
      const ended = await untilEnded(scene.member, work, 5_000);

      expect(scene.upstream.lastSentAt).toBeLessThan(canceledAt + 1_500);
      expect(scene.upstream.aborted.length).toBe(200);
      expect(ended.counts.canceled).toBe(600 - ended.counts.succeeded - ended.counts.errored);
      expect(ended.counts.canceled).toBeGreaterThanOrEqual(200);
      await checkEnded(scene.member.works, ended, IDS);
      expect(await scene.member.works.cancel('w', 'batch', work.id)).toEqual(ended);
    });

    it('hears of a cancel though its news were lost', async () => {
      scene.upstream.delayMs = 20;
      const work = await halfDone();
      scene.member.store.news.close();

      await scene.member.works.cancel('w', 'batch', work.id);

      await checkEnded(scene.member.works, await untilEnded(scene.member, work, 5_000), IDS);
      expect(scene.upstream.active).toBe(0);
    });

    it('is canceled at once when nobody is at it', async () => {
      const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(IDS));
      await scene.member.works.cancel('w', 'batch', work.id);

      const ended = await untilEnded(scene.member, work, 2_000);

      expect(ended.counts).toEqual({ succeeded: 0, errored: 0, canceled: 600, expired: 0 });
      // No worker is to be busy with what is over.
      expect(scene.room.offers.size).toBe(0);
      await checkEnded(scene.member.works, ended, IDS);
    });

    it('takes a canceled batch from a worker that does not react', async () => {
      scene.upstream.delayMs = 20;
      const work = await halfDone();
      // A holder that lives and says nothing.
      const { claims } = scene.member.store;
      const renew = claims.renew.bind(claims);
      claims.renew = async (claim) => ((await renew(claim)) === 'stale' ? 'stale' : 'kept');
      scene.member.store.news.listen = () => () => undefined;
      const other = await scene.room.join();
      other.assembled.reconciler.start();

      await other.works.cancel('w', 'batch', work.id);

      const results = await checkEnded(other.works, await untilEnded(other, work, 10_000), IDS);
      scene.upstream.go();
      await scene.member.stop();
      expect(await checkEnded(other.works, await untilEnded(other, work), IDS)).toEqual(results);
    });

    it('expires at its deadline, and takes no answer after it', async () => {
      scene.upstream.delayMs = 20;
      scene.member.assembled.reconciler.start();
      const work = await halfDone(2_500);

      const ended = await untilEnded(scene.member, work, 8_000);

      expect(ended.endedAt).toBeGreaterThanOrEqual(work.expiresAt);
      expect(ended.counts.expired).toBe(600 - ended.counts.succeeded - ended.counts.errored);
      expect(ended.counts.expired).toBeGreaterThanOrEqual(200);
      const results = await checkEnded(scene.member.works, ended, IDS);
      scene.upstream.go();
      await scene.member.stop();
      expect(await checkEnded(scene.member.works, await untilEnded(scene.member, work), IDS)).toEqual(results);
    });

    it('stays canceled when Redis loses everything', async () => {
      scene.upstream.delayMs = 20;
      new HeldStorage(scene.member.store.storage, '/out/').delayMs = 20;
      const work = await halfDone();
      const { counts } = (await scene.member.works.cancel('w', 'batch', work.id)) ?? work;
      await scene.member.store.redis.flushall();
      scene.member.assembled.reconciler.start();

      const ended = await untilEnded(scene.member, work, 10_000);

      expect(ended.counts.canceled).toBeGreaterThanOrEqual(200);
      expect(ended.counts.succeeded + ended.counts.errored).toBeGreaterThanOrEqual(counts.succeeded + counts.errored);
      await checkEnded(scene.member.works, ended, IDS);
    });
  },
  { isLongOnS3: true },
);
