import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Work } from '#batches';
import { until } from '#testing';
import { HeldStorage } from './held-storage.js';
import { aSubmission, type Member, WorkRoom } from './work-room.js';

const TURN = 'sw:{b}:turn';
/** Works that are compared at the same time. */
const AT_ONCE = 16;

describe('the comparison of Redis with storage', () => {
  let room: WorkRoom;
  let member: Member;
  let manifests: HeldStorage;

  beforeEach(async () => {
    room = await WorkRoom.open();
    const storage = await room.place.openStorage();
    manifests = new HeldStorage(storage, '/manifest');
    member = await room.join({ storage });
  }, 120_000);

  afterEach(async () => {
    manifests.go();
    await room.close();
  });

  const submit = (count: number): Promise<Work[]> =>
    Promise.all(
      Array.from({ length: count }, () => member.works.submitJob(aSubmission({ kind: 'job' }), Buffer.from('{}'))),
    );

  const list = () => member.works.page('w', 'job', { limit: 100, afterId: undefined, beforeId: undefined });

  /** Begins it, and holds it up. */
  const begin = async (): Promise<{ compared: Promise<void>; asked: number }> => {
    const before = manifests.asked;
    await member.store.redis.flushall();
    manifests.hold();
    const compared = member.assembled.reconciler.tick();
    await until(
      () => manifests.asked - before,
      (asked) => asked === AT_ONCE,
    );
    return { compared, asked: before + AT_ONCE };
  };

  it('does not count when Redis has lost everything meanwhile', async () => {
    const works = await submit(2);
    const { redis, storage } = member.store;
    const last = new HeldStorage(storage, `${works[1]?.id}/manifest`);
    await redis.flushall();
    last.hold();
    const compared = member.assembled.reconciler.tick();
    await until(
      () => redis.exists(`sw:{b}:work:${works[0]?.id}`),
      (count) => count === 1,
    );

    await redis.flushall();
    last.go();
    await compared;

    await expect(list()).rejects.toMatchObject({ status: 503 });
    await member.assembled.reconciler.tick();
    expect((await list()).works).toHaveLength(works.length);
  });

  it('is left to one process, for as long as it takes', async () => {
    await submit(AT_ONCE);
    const { compared } = await begin();
    const { redis } = member.store;
    const owner = await redis.get(TURN);
    await redis.pexpire(TURN, 3_500);

    await until(
      () => redis.pttl(TURN),
      (leftMs) => leftMs > 3_500,
    );
    expect(await redis.get(TURN)).toBe(owner);

    manifests.go();
    await compared;
  });

  it('is broken off by a stop', async () => {
    const works = await submit(2 * AT_ONCE);
    const { compared, asked } = await begin();

    const stopped = member.assembled.reconciler.stop();
    manifests.go();
    await Promise.all([stopped, compared]);

    expect(manifests.asked).toBe(asked);
    await expect(list()).rejects.toMatchObject({ status: 503 });
    await member.assembled.reconciler.tick();
    expect((await list()).works).toHaveLength(works.length);
  });
});
