import { expect, it } from '@jest/globals';
import type { Storage, Work } from '#batches';
import { readResults } from './check.js';
import { onEachStorage } from './scene.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded } from './work-room.js';

const pathsOf = async ({ store }: Member, { id }: Work): Promise<string[]> => {
  const paths: string[] = [];
  for await (const path of store.storage.list(`works/${id}/`)) paths.push(path);
  return paths;
};

onEachStorage('a deleted batch', (scene) => {
  const anEndedOne = async (): Promise<Work> => {
    const work = await scene.member.works.submitBatch(aSubmission(), bodyOf(idsOf(20)));
    scene.member.work(scene.upstream.runner());
    return untilEnded(scene.member, work);
  };

  /** So much time passes for what is in the trash, and somebody looks after it. */
  const repair = async (afterMs = 0): Promise<void> => {
    const { redis } = scene.member.store;
    for (const id of await redis.zrange('sw:{b}:trash', 0, '-1')) await redis.zincrby('sw:{b}:trash', -afterMs, id);
    await redis.del('sw:{b}:turn');
    await scene.room.join();
  };

  const killed = () => Promise.reject(new Error('killed'));

  const deaths: readonly [when: string, die: (storage: Storage) => void][] = [
    ['before its manifest was removed', (storage) => void (storage.remove = killed)],
    [
      'after that',
      (storage) => {
        const remove = storage.remove.bind(storage);
        storage.remove = (path) => remove(path).then(killed);
      },
    ],
    ['before the rest was', (storage) => void (storage.removeAll = killed)],
  ];

  it.each(deaths)('is gone for everybody though its gateway was killed %s', async (_, die) => {
    const work = await anEndedOne();
    const mortal = await scene.room.join();
    die(mortal.store.storage);
    await expect(mortal.works.delete('w', 'batch', work.id)).rejects.toMatchObject({ status: 503 });

    expect(await scene.member.works.find('w', 'batch', work.id)).toBeUndefined();
    const page = { limit: 5, afterId: undefined, beforeId: undefined };
    expect((await scene.member.works.page('w', 'batch', page)).works).toEqual([]);
    await repair();
    expect(await pathsOf(scene.member, work)).toEqual([]);
    expect(await scene.member.works.find('w', 'batch', work.id)).toBeUndefined();
  });

  it('has no results for who has found it just before', async () => {
    const work = await anEndedOne();
    await scene.member.works.delete('w', 'batch', work.id);

    await expect(readResults(scene.member.works, work)).rejects.toMatchObject({ status: 404 });
    const other = await scene.room.join();
    await expect(readResults(other.works, work)).rejects.toMatchObject({ status: 404 });
  });

  it('leaves nothing for ever, though somebody was late to write something', async () => {
    const { storage, redis } = scene.member.store;
    const work = await anEndedOne();
    await scene.member.works.delete('w', 'batch', work.id);
    await storage.create(`works/${work.id}/delivered.json`, Buffer.from('{}'));

    await repair(3_600_000);
    expect(await pathsOf(scene.member, work)).toEqual([]);
    await repair(3_600_000);
    expect(await redis.zcard('sw:{b}:trash')).toBe(0);
  });
});
