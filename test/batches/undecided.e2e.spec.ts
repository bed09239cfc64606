import { beforeEach, expect, it } from '@jest/globals';
import { checkEnded } from './check.js';
import { onEachStorage } from './scene.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded } from './work-room.js';

const IDS = idsOf(20);
const KEYED = aSubmission({ idempotencyKey: 'k' });

const storedIds = async ({ store }: Member): Promise<string[]> => {
  const ids: string[] = [];
  for await (const id of store.storage.children('works/')) ids.push(id);
  return ids;
};

onEachStorage('a submission of which Redis does not tell what became', (scene) => {
  /** A gateway of its own, which cannot be sure. */
  let shaky: Member;

  beforeEach(async () => {
    shaky = await scene.room.join();
  });

  /** Time passes: whoever has given no sign of life is taken for dead, and somebody looks after that. */
  const repair = async (): Promise<void> => {
    const { redis } = scene.member.store;
    for (const id of await redis.zrange('sw:{b}:spool', 0, '-1')) await redis.zadd('sw:{b}:spool', 0, id);
    await scene.room.join();
  };

  /** What the shaky one asks of Redis to make its work known; the answers never come. */
  const unheard = (ask: (create: () => Promise<unknown>) => Promise<unknown>) => {
    const { submissions } = shaky.store;
    const create = submissions.create.bind(submissions);
    submissions.create = async (...given) => {
      await ask(() => create(...given));
      throw new Error('the answer was lost');
    };
  };

  it('is told as accepted when it is, though its answers were lost', async () => {
    let retried: Promise<{ id: string }> | undefined;
    unheard(async (create) => {
      await create();
      retried ??= scene.member.works.submitBatch(KEYED, bodyOf(IDS));
    });

    const work = await shaky.works.submitBatch(KEYED, bodyOf(IDS));

    expect((await retried)?.id).toBe(work.id);
    scene.member.work(scene.upstream.runner());
    scene.member.assembled.reconciler.start();
    await checkEnded(scene.member.works, await untilEnded(scene.member, work), IDS);
  });

  it('is not removed by who was cut off from Redis: the next try gets it', async () => {
    unheard(async (create) => {
      await create();
      shaky.store.redis.disconnect();
    });
    await expect(shaky.works.submitBatch(KEYED, bodyOf(IDS))).rejects.toMatchObject({ status: 503 });

    const work = await scene.member.works.submitBatch(KEYED, bodyOf(IDS));

    scene.member.work(scene.upstream.runner());
    scene.member.assembled.reconciler.start();
    await checkEnded(scene.member.works, await untilEnded(scene.member, work), IDS);
    expect(await storedIds(scene.member)).toEqual([work.id]);
  });

  it('runs, and is what the next try gets, when Redis never heard of it but storage did', async () => {
    unheard(async () => shaky.store.redis.disconnect());
    await expect(shaky.works.submitBatch(KEYED, bodyOf(IDS))).rejects.toMatchObject({ status: 503 });

    await repair();
    scene.member.work(scene.upstream.runner());
    scene.member.assembled.reconciler.start();
    const work = await scene.member.works.submitBatch(KEYED, bodyOf(IDS));

    await checkEnded(scene.member.works, await untilEnded(scene.member, work), IDS);
    expect(await storedIds(scene.member)).toEqual([work.id]);
  });

  it('is taken by the next try when that comes first, and then never runs itself', async () => {
    unheard(async () => shaky.store.redis.disconnect());
    await expect(shaky.works.submitBatch(KEYED, bodyOf(IDS))).rejects.toMatchObject({ status: 503 });
    const { redis } = scene.member.store;
    await redis.del(await redis.keys('sw:{b}:idem:*'));

    const work = await scene.member.works.submitBatch(KEYED, bodyOf(IDS));
    await repair();

    expect(await storedIds(scene.member)).toEqual([work.id]);
  });

  it('never runs when it was refused, wherever its gateway is cut off then', async () => {
    const { submissions, redis } = shaky.store;
    const create = submissions.create.bind(submissions);
    submissions.create = async (manifest, now) => {
      const refused = await create(manifest, now, { batches: 0, lines: 1 });
      redis.disconnect();
      return refused;
    };
    await expect(shaky.works.submitBatch(KEYED, bodyOf(IDS))).rejects.toMatchObject({ status: 429 });

    await repair();

    expect(await storedIds(scene.member)).toEqual([]);
    expect(await scene.member.store.redis.keys('sw:{b}:work:*')).toEqual([]);
  });

  it('is not taken in by a Redis that has lost it, until that was compared with storage', async () => {
    const { submissions, redis } = shaky.store;
    const create = submissions.create.bind(submissions);
    submissions.create = async (...given) => {
      await redis.del('sw:{b}:ready');
      return create(...given);
    };
    await expect(shaky.works.submitBatch(KEYED, bodyOf(IDS))).rejects.toMatchObject({ status: 503 });

    await repair();
    const work = await scene.member.works.submitBatch(KEYED, bodyOf(IDS));

    expect(await storedIds(scene.member)).toEqual([work.id]);
  });
});
