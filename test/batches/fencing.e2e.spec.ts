import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readManifest, type Manifest } from '#batches';
import { until } from '#testing';
import { checkEnded } from './check.js';
import { ScriptedUpstream } from './scripted-runner.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded, WorkRoom } from './work-room.js';

/** One chunk. */
const IDS = idsOf(16);

describe('several workers at one chunk', () => {
  let room: WorkRoom;
  let member: Member;
  let other: Member;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    room = await WorkRoom.open();
    [member, other] = await Promise.all([room.join(), room.join()]);
    upstream = new ScriptedUpstream();
  }, 120_000);

  afterEach(() => room.close());

  const submit = async () => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    const { manifest } = (await readManifest(member.store.storage, work.id)) ?? {};
    const [chunk] = manifest?.chunks ?? [];
    if (!manifest || !chunk) throw new Error('no manifest');
    return { work, manifest, chunk };
  };

  /** As when a lease has run out. */
  const loseLease = async ({ id }: Manifest) => {
    const claim = await member.store.redis.hget(`sw:{b}:claims:${id}`, '0');
    await member.store.redis.hset(`sw:{b}:claims:${id}`, '0', `${claim?.replace(/:\d+$/, '')}:1`);
  };

  it('gives a chunk to one of them, and epochs rise', async () => {
    const { manifest, chunk } = await submit();
    const claim = (token: string) => member.store.claims.claim(manifest, chunk, { token, purpose: 'run' });

    expect(await claim('one')).toMatchObject({ epoch: 1 });
    // As when the answer was lost.
    expect(await claim('one')).toMatchObject({ epoch: 1 });
    expect(await claim('two')).toBe('held');
    await loseLease(manifest);
    expect(await claim('two')).toMatchObject({ epoch: 2 });
  });

  it('refuses what a worker records that has lost its chunk, though an epoch comes twice', async () => {
    const { manifest, chunk, work } = await submit();
    const { claims, redis } = member.store;
    const zombie = await claims.claim(manifest, chunk, { token: 'zombie', purpose: 'run' });
    // Redis loses the claim, and with it the epoch.
    await redis.del(`sw:{b}:claims:${work.id}`);
    const owner = await claims.claim(manifest, chunk, { token: 'owner', purpose: 'run' });
    if (typeof zombie === 'string' || typeof owner === 'string') throw new Error('not claimed');
    expect(owner.epoch).toBe(zombie.epoch);
    const lines = [{ line: 0, letter: 's' as const, log: '1.x.0', usage: { output: 3 } }];

    expect(await claims.commit(zombie, lines)).toBe('stale');
    expect(await claims.renew(zombie)).toBe('stale');
    await claims.release(zombie);
    expect(await claims.commit(owner, lines)).toBe('recorded');
    expect(await claims.commit(owner, lines)).toBe('recorded');
    expect(await member.works.find('w', 'batch', work.id)).toMatchObject({
      counts: { succeeded: 1 },
      usage: { output: 3 },
    });
  });

  it('takes its claim up again when Redis has forgotten it, unless somebody came after it', async () => {
    const { manifest, chunk, work } = await submit();
    const { claims, redis } = member.store;
    const first = await claims.claim(manifest, chunk, { token: 'first', purpose: 'run' });
    if (typeof first === 'string') throw new Error(first);
    await redis.del(`sw:{b}:claims:${work.id}`);
    expect(await claims.renew(first)).toBe('kept');
    expect(await claims.claim(manifest, chunk, { token: 'second', purpose: 'run' })).toBe('held');

    await claims.raiseEpochs(manifest, new Map([[0, 7]]));
    await claims.release(first);
    expect(await claims.renew(first)).toBe('stale');
    expect(await claims.claim(manifest, chunk, { token: 'second', purpose: 'run' })).toMatchObject({ epoch: 8 });
  });

  it('aborts the calls of a worker that has lost its chunk, and counts what is sent twice', async () => {
    const { work, manifest } = await submit();
    upstream.hold();
    member.work(upstream.runner());
    await until(
      () => upstream.active,
      (active) => active === 16,
    );
    await loseLease(manifest);
    other.work(upstream.runner());
    await room.offers.offer(manifest, [0]);
    await until(
      () => upstream.aborted.length,
      (aborted) => aborted === 16,
    );
    upstream.go();

    const ended = await untilEnded(other, work);

    await checkEnded(other.works, ended, IDS);
    expect(upstream.duplicates).toBe(16);
    expect(ended.duplicateCalls).toBe(16);
    await until(
      () => member.outcomes,
      (outcomes) => outcomes.includes('lost'),
    );
  });

  it('goes on with a chunk whose claim Redis has lost', async () => {
    const { work } = await submit();
    upstream.delayMs = 10;
    member.work(upstream.runner(), { chunks: 1, lines: 2 });
    await until(
      () => upstream.calls,
      (calls) => calls > 5,
    );
    await member.store.redis.del(`sw:{b}:claims:${work.id}`);

    await checkEnded(member.works, await untilEnded(member, work), IDS);
    // The work has ended for everybody a moment before its runner returns.
    await until(
      () => member.outcomes,
      (outcomes) => outcomes.length > 0,
    );
    expect(member.outcomes).toEqual(['done']);
    expect(upstream.duplicates).toBe(0);
  });

  it('keeps the results of whoever seals first', async () => {
    const { work, manifest } = await submit();
    // The zombie has all answers and sleeps just before it seals; its storage is slow.
    let wake: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const { storage } = member.store;
    const create = storage.create.bind(storage);
    let sleeps = false;
    storage.create = async (path, body) => {
      if (path.includes('/out/')) {
        sleeps = true;
        await asleep;
      }
      return create(path, body);
    };
    member.work(upstream.runner(), { chunks: 1 });
    await until(() => sleeps, Boolean);
    await loseLease(manifest);
    other.work(upstream.runner());
    await room.offers.offer(manifest, [0]);

    const results = await checkEnded(other.works, await untilEnded(other, work), IDS);
    wake();
    await member.stop();

    expect(await checkEnded(other.works, await untilEnded(other, work), IDS)).toEqual(results);
    expect(upstream.duplicates).toBe(0);
  });

  it('does not run a sealed chunk again of which Redis has lost the mark', async () => {
    const ids = idsOf(32);
    const work = await member.works.submitBatch(aSubmission(), bodyOf(ids));
    const { redis } = member.store;
    const second = await room.offers.take(AbortSignal.timeout(1_000));
    member.work(upstream.runner());
    await until(
      () => redis.hget(`sw:{b}:work:${work.id}`, 'sealed'),
      (sealed) => sealed === '1',
    );
    await redis.del(`sw:{b}:sealed:${work.id}`);
    await redis.hset(`sw:{b}:work:${work.id}`, 'sealed', 0);

    await room.offers.offer({ id: work.id }, [0, 1]);
    member.assembled.reconciler.start();

    await checkEnded(member.works, await untilEnded(member, work), ids);
    expect(second).toEqual({ id: work.id, chunk: 0 });
    expect(upstream.duplicates).toBe(0);
  });

  it('ends a batch once when two repair at the same time', async () => {
    const works = await Promise.all(Array.from({ length: 6 }, () => submit()));
    for (const member of room.members) {
      member.store.sets.takeTurn = () => Promise.resolve(true);
      member.work(upstream.runner());
      member.assembled.reconciler.start();
    }
    const [, canceled] = works;
    if (canceled) await member.works.cancel('w', 'batch', canceled.work.id);
    await member.store.redis.flushall();

    for (const { work } of works) await checkEnded(other.works, await untilEnded(other, work), IDS);

    expect(upstream.duplicates).toBe(0);
    expect(await member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
  });

  it('runs lines again whose records are damaged, and says so', async () => {
    const { work } = await submit();
    upstream.delayMs = 20;
    member.work(upstream.runner(), { lines: 4, graceMs: 0 });
    await until(
      () => upstream.calls,
      (calls) => calls > 8,
    );
    upstream.hold();
    await until(
      () => upstream.active,
      (active) => active === 4,
    );
    await member.stop();
    const folder = join(room.folder, 'works', work.id, 'wal', '0');
    const logs: string[] = [];
    for await (const name of member.store.storage.children(`works/${work.id}/wal/0/`)) logs.push(name);
    const file = join(folder, logs[0] ?? '');
    const bytes = await readFile(file);
    // A flipped bit in an answer, and a torn end.
    const answer = bytes.indexOf('"letter":"s"');
    bytes[answer + 9] = 0x78;
    await writeFile(file, bytes.subarray(0, -3));

    upstream.go();
    other.work(upstream.runner());
    await room.offers.offer({ id: work.id }, [0]);
    const ended = await untilEnded(other, work);

    await checkEnded(other.works, ended, IDS);
    expect(upstream.duplicates).toBeGreaterThan(0);
    expect(other.reports.map(({ event }) => event)).toContain('batches.damaged');
  });

  it('hands its chunks over in a stop, and nothing is sent twice', async () => {
    const { work } = await submit();
    upstream.delayMs = 30;
    member.work(upstream.runner(), { lines: 4, graceMs: 5_000 });
    await until(
      () => upstream.calls,
      (calls) => calls > 5,
    );

    const stopped = member.stop();
    other.work(upstream.runner());
    await stopped;

    const ended = await untilEnded(other, work, 5_000);
    await checkEnded(other.works, ended, IDS);
    expect(upstream.duplicates).toBe(0);
    expect(member.outcomes).toEqual(['unfinished']);
  });

  it('cuts off what does not end in the time of a stop, and counts it', async () => {
    const { work } = await submit();
    upstream.hold();
    member.work(upstream.runner(), { lines: 10, graceMs: 50 });
    await until(
      () => upstream.active,
      (active) => active === 10,
    );
    await member.stop();
    upstream.go();
    other.work(upstream.runner());

    const ended = await untilEnded(other, work, 5_000);

    await checkEnded(other.works, ended, IDS);
    expect(upstream.duplicates).toBe(10);
    expect(ended.duplicateCalls).toBe(10);
  });
});
