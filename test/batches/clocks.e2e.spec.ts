import { describe, expect, it } from '@jest/globals';
import { checkEnded } from './check.js';
import { onEachStorage } from './scene.js';
import { aSubmission, bodyOf, idsOf, untilEnded } from './work-room.js';

const IDS = idsOf(40);
const SKEW_MS = 90_000;

onEachStorage('a process whose clock is wrong', (scene) => {
  describe.each([
    ['ahead', SKEW_MS],
    ['behind', -SKEW_MS],
  ])('%s', (_, skewMs) => {
    const join = () => scene.room.join({ now: () => Date.now() + skewMs });

    it('keeps what was answered in time, and says when', async () => {
      (await join()).work(scene.upstream.runner());
      const short = { expiresInMs: 60_000 };
      const job = await scene.member.works.submitJob(aSubmission({ kind: 'job', ...short }), Buffer.from('{}'));
      const batch = await scene.member.works.submitBatch(aSubmission(short), bodyOf(IDS));

      const ended = await untilEnded(scene.member, job);

      expect(ended.counts).toMatchObject({ succeeded: 1, expired: 0 });
      expect(Math.abs(Date.now() - Number(ended.endedAt))).toBeLessThan(30_000);
      const all = await untilEnded(scene.member, batch);
      await checkEnded(scene.member.works, all, IDS);
      expect(all.counts.expired).toBe(0);
    });

    it('takes work in that expires when it should', async () => {
      const { works } = await join();
      const { createdAt, expiresAt } = await works.submitBatch(aSubmission({ expiresInMs: 60_000 }), bodyOf(IDS));

      expect(Math.abs(Date.now() - createdAt)).toBeLessThan(30_000);
      expect(expiresAt - createdAt).toBe(60_000);
    });
  });
});
