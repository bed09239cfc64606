import { expect, it } from '@jest/globals';
import { checkEnded, checkProgress } from './check.js';
import { onEachStorage } from './scene.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded } from './work-room.js';
import type { Work } from '#batches';

onEachStorage('batches', (scene) => {
  it('gives each line one result, in the order of the input, and counts that sum up', async () => {
    const ids = idsOf(1_000);
    const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(ids));
    expect(work).toMatchObject({ status: 'in_progress', lines: 1_000 });
    const seen: Work[] = [];
    const watching = setInterval(
      () => void scene.member.works.find('w', 'batch', work.id).then((now) => now && seen.push(now)),
      20,
    );

    scene.member.work(scene.upstream.runner());
    (await scene.room.join()).work(scene.upstream.runner());
    const ended = await untilEnded(scene.member, work);
    clearInterval(watching);

    const results = await checkEnded(scene.member.works, ended, ids);
    checkProgress(seen);
    expect(results.get('line-3')).toEqual({ type: 'succeeded', message: { type: 'message', content: 'line-3' } });
    expect(ended.counts).toEqual({ succeeded: 900, errored: 100, canceled: 0, expired: 0 });
    expect(ended.usage.output).toBe(900);
    expect(scene.upstream.duplicates).toBe(0);
  });

  it('runs batches of one line and of two workspaces, which do not see each other', async () => {
    scene.member.work(scene.upstream.runner());
    const mine = await scene.member.works.submitBatch(aSubmission(), bodyOf(['only']));
    const theirs = await scene.member.works.submitBatch(aSubmission({ workspace: 'other' }), bodyOf(['only']));

    await checkEnded(scene.member.works, await untilEnded(scene.member, mine), ['only']);
    expect(await scene.member.works.find('w', 'batch', theirs.id)).toBeUndefined();
    expect(await scene.member.works.find('w', 'job', mine.id)).toBeUndefined();
    expect(await scene.member.works.cancel('w', 'batch', theirs.id)).toBeUndefined();
    expect(await scene.member.works.delete('w', 'batch', theirs.id)).toBe(false);
    expect(await scene.member.works.find('w', 'batch', '../../etc/passwd')).toBeUndefined();
    const page = await scene.member.works.page('w', 'batch', { limit: 10, afterId: undefined, beforeId: undefined });
    expect(page.works.map(({ id }) => id)).toEqual([mine.id]);
  });

  it('leaves nothing of a batch that is refused or cut off', async () => {
    async function* cut(): AsyncGenerator<Buffer> {
      for await (const body of bodyOf(idsOf(500))) yield body.subarray(0, body.length / 2);
      throw new Error('the caller hung up');
    }
    const twice = bodyOf(['a', 'b', 'a']);

    await expect(scene.member.works.submitBatch(aSubmission(), twice)).rejects.toMatchObject({ status: 400 });
    await expect(scene.member.works.submitBatch(aSubmission(), cut())).rejects.toBeInstanceOf(Error);

    expect(await stored(scene.member)).toEqual([]);
    expect(await scene.member.store.redis.keys('sw:{b}:work:*')).toEqual([]);
  });

  it('makes one work of two submissions with the same key at the same time', async () => {
    const submission = aSubmission({ idempotencyKey: 'once' });
    const other = await scene.room.join();

    const works = await Promise.all([
      scene.member.works.submitBatch(submission, bodyOf(idsOf(2_000))),
      other.works.submitBatch(submission, bodyOf(idsOf(2_000))),
      other.works.submitBatch(submission, bodyOf(idsOf(2_000))),
    ]);
    const later = await scene.member.works.submitBatch(submission, bodyOf(['other', 'lines']));
    const elsewhere = await scene.member.works.submitBatch({ ...submission, workspace: 'other' }, bodyOf(['a']));

    expect(new Set([...works, later].map(({ id }) => id)).size).toBe(1);
    expect(elsewhere.id).not.toBe(later.id);
    expect((await stored(scene.member)).toSorted()).toEqual([later.id, elsewhere.id].toSorted());
  });

  it('takes a key again whose submission failed', async () => {
    const submission = aSubmission({ idempotencyKey: 'again' });
    await expect(scene.member.works.submitBatch(submission, bodyOf(['a', 'a']))).rejects.toMatchObject({ status: 400 });

    expect(await scene.member.works.submitBatch(submission, bodyOf(['a']))).toMatchObject({ lines: 1 });
  });

  it('refuses more than a workspace may have open, until some of it has ended', async () => {
    const limited = await scene.room.join({ limits: { batches: 2, lines: 100 } });
    await limited.works.submitBatch(aSubmission(), bodyOf(idsOf(10)));
    const second = await limited.works.submitBatch(aSubmission(), bodyOf(idsOf(10)));

    await expect(limited.works.submitBatch(aSubmission(), bodyOf(['a']))).rejects.toMatchObject({
      status: 429,
      error: { type: 'rate_limit_error' },
    });
    await expect(limited.works.submitJob(aSubmission({ kind: 'job' }), Buffer.from('{}'))).resolves.toMatchObject({
      kind: 'job',
      status: 'in_progress',
    });
    await limited.works.cancel('w', 'batch', second.id);
    await untilEnded(limited, second);
    await expect(limited.works.submitBatch(aSubmission(), bodyOf(idsOf(90)))).rejects.toMatchObject({ status: 429 });
    await limited.works.submitBatch(aSubmission(), bodyOf(idsOf(89)));
    await limited.works.submitBatch(aSubmission({ workspace: 'other' }), bodyOf(idsOf(100)));

    expect(await stored(limited)).toHaveLength(5);
  });

  it('pages through a list both ways, newest first', async () => {
    const ids: string[] = [];
    for (let at = 0; at < 7; at++) ids.unshift((await scene.member.works.submitBatch(aSubmission(), bodyOf(['a']))).id);
    // Those of one millisecond are in the order of their ids.
    const all = await scene.member.works.page('w', 'batch', { limit: 100, afterId: undefined, beforeId: undefined });
    const order = all.works.map(({ id }) => id);
    expect(order.toSorted()).toEqual(ids.toSorted());
    expect(all.works.map(({ createdAt }) => createdAt)).toEqual(
      all.works.map(({ createdAt }) => createdAt).toSorted((one, other) => other - one),
    );

    const page = async (request: { afterId?: string; beforeId?: string }) => {
      const found = await scene.member.works.page('w', 'batch', {
        limit: 3,
        afterId: undefined,
        beforeId: undefined,
        ...request,
      });
      return [found.works.map(({ id }) => id), found.more];
    };
    expect(await page({})).toEqual([order.slice(0, 3), true]);
    expect(await page({ afterId: order[2] })).toEqual([order.slice(3, 6), true]);
    expect(await page({ afterId: order[5] })).toEqual([order.slice(6), false]);
    expect(await page({ beforeId: order[5] })).toEqual([order.slice(2, 5), true]);
    expect(await page({ beforeId: order[2] })).toEqual([order.slice(0, 2), false]);
    await expect(page({ afterId: 'msgbatch_unknown' })).rejects.toMatchObject({ status: 400 });
  });

  it('deletes what has ended, and nothing before', async () => {
    const work = await scene.member.works.submitBatch(aSubmission({ idempotencyKey: 'k' }), bodyOf(idsOf(5)));
    await expect(scene.member.works.delete('w', 'batch', work.id)).rejects.toMatchObject({ status: 400 });
    scene.member.work(scene.upstream.runner());
    await untilEnded(scene.member, work);

    expect(await scene.member.works.delete('w', 'batch', work.id)).toBe(true);

    expect(await scene.member.works.find('w', 'batch', work.id)).toBeUndefined();
    expect(await stored(scene.member)).toEqual([]);
    // It is looked for once more, in an hour.
    expect((await scene.member.store.redis.keys('sw:{b}:*')).toSorted()).toEqual([
      'sw:{b}:load:w',
      'sw:{b}:ready',
      'sw:{b}:trash',
    ]);
    expect(await scene.member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
  });

  it('drops requests and results when they are old enough, and still knows of the batch', async () => {
    scene.member.work(scene.upstream.runner());
    const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(idsOf(200)));
    await untilEnded(scene.member, work);
    await scene.member.stop();

    const young = await scene.room.join({ archiveAfterMs: 0 });

    const archived = await scene.member.works.find('w', 'batch', work.id);
    expect(archived).toMatchObject({ status: 'ended', archivedAt: expect.any(Number), counts: { succeeded: 180 } });
    expect(await stored(scene.member, `${work.id}/`)).toEqual(['archived.json', 'ended.json', 'manifest']);
    await scene.member.store.redis.flushall();
    await young.assembled.reconciler.tick();
    expect(await scene.member.works.find('w', 'batch', work.id)).toEqual(archived);
  });
});

/** Names in storage. */
const stored = async ({ store }: Member, below = ''): Promise<string[]> => {
  const names: string[] = [];
  for await (const name of store.storage.children(`works/${below}`)) names.push(name);
  return names;
};
