import { expect, it } from '@jest/globals';
import { until } from '#testing';
import { onEachStorage } from './scene.js';
import { aSubmission, untilEnded } from './work-room.js';
import type { Work } from '#batches';

const PARAMS = Buffer.from('{"model":"m",\n"max_tokens":8,"messages":[]}');

/** An event as somebody has seen it who watches. */
interface Seen {
  id: string;
  event: string;
}

onEachStorage('jobs', (scene) => {
  const submit = (expiresInMs = 86_400_000): Promise<Work> =>
    scene.member.works.submitJob(aSubmission({ kind: 'job', expiresInMs }), PARAMS);

  const events = async (work: Work, after?: string, seen: Seen[] = []): Promise<Seen[]> => {
    const signal = AbortSignal.timeout(10_000);
    for await (const { id, event } of scene.member.works.events(work, after, signal)) seen.push({ id, event });
    return seen;
  };

  const namesOf = (seen: readonly Seen[]): string[] => seen.map(({ event }) => event);

  /** A job that has begun to be answered and is held up, and what somebody who watches it sees until it ends. */
  const watched = async (): Promise<{ work: Work; watching: Promise<Seen[]> }> => {
    scene.upstream.hold();
    scene.member.work(scene.upstream.runner());
    const work = await submit();
    const seen: Seen[] = [];
    const watching = events(work, undefined, seen);
    await until(
      () => seen.length,
      (length) => length === 1,
    );
    return { work, watching };
  };

  it('answers a job with its result, with two objects in storage', async () => {
    scene.member.work(scene.upstream.runner());

    const ended = await untilEnded(scene.member, await submit());

    expect(ended).toMatchObject({
      counts: { succeeded: 1 },
      usage: { input: PARAMS.length, output: 1 },
      duplicateCalls: 0,
    });
    expect(await scene.member.works.result(ended)).toEqual({
      type: 'succeeded',
      message: { type: 'message', content: ended.id },
    });
    const names: string[] = [];
    for await (const name of scene.member.store.storage.children(`works/${ended.id}/`)) names.push(name);
    expect(names).toEqual(['manifest', 'result.jsonl']);
  });

  it('shows events as they come, and the same ones afterwards', async () => {
    const { work, watching } = await watched();
    scene.upstream.go();

    const live = await watching;
    expect(namesOf(live)).toEqual(['message_start', 'message_stop']);
    expect(await events(work)).toEqual(live);
    expect(await events(work, live[0]?.id)).toEqual(live.slice(1));
    expect(namesOf(await events(work, '7-1'))).toEqual(['error']);
  });

  it('gives a result without reading all of its events', async () => {
    const upstream = scene.upstream.runner();
    scene.member.work({
      run: (line, signal, events) => {
        for (let at = 0; at < 8; at++) events?.add('content_block_delta', JSON.stringify('x'.repeat(1_000_000)));
        return upstream.run(line, signal, events);
      },
    });
    const ended = await untilEnded(scene.member, await submit());
    const { storage } = scene.member.store;
    const read = storage.read.bind(storage);
    const stream = storage.stream.bind(storage);
    let bytes = 0;
    const count = <T extends Buffer | undefined>(piece: T): T => {
      bytes += piece?.length ?? 0;
      return piece;
    };
    storage.read = async (path) => count(await read(path));
    storage.stream = async function* (path) {
      for await (const piece of stream(path)) yield count(piece);
    };

    expect(await scene.member.works.result(ended)).toMatchObject({ type: 'succeeded' });
    expect(bytes).toBeLessThan(1_000_000);
    expect(await events(ended)).toHaveLength(10);
    expect(bytes).toBeGreaterThan(8_000_000);
  });

  it('is asked after ever more seldom while it says nothing', async () => {
    const { watching } = await watched();
    const { states } = scene.member.store;
    const find = states.find.bind(states);
    const looks: number[] = [];
    states.find = (id) => {
      looks.push(performance.now());
      return find(id);
    };
    await until(
      () => looks.length,
      (count) => count >= 4,
    );
    scene.upstream.go();

    const [third = 0, fourth = 0] = looks.slice(2);
    expect(fourth - third).toBeGreaterThan(450);
    expect(namesOf(await watching)).toEqual(['message_start', 'message_stop']);
  });

  it('tells watchers when the worker was lost, and shows the new run from its beginning', async () => {
    const { work, watching } = await watched();
    // As another worker would after the lease.
    await scene.member.store.redis.hset(`sw:{b}:claims:${work.id}`, '0', '1:lost:0');
    await until(
      () => scene.upstream.aborted.length,
      (aborted) => aborted === 1,
    );
    scene.upstream.go();
    await scene.room.offers.offer(work, [0]);

    const live = await watching;
    expect(namesOf(live)).toEqual(['message_start', 'error']);
    const whole = await events(work);
    expect(namesOf(whole)).toEqual(['message_start', 'message_stop']);
    expect(whole.filter(({ id }) => live.some((seen) => seen.id === id))).toEqual([]);
    expect(await untilEnded(scene.member, work)).toMatchObject({ duplicateCalls: 1, counts: { succeeded: 1 } });
    expect(scene.member.sentAgain).toBe(1);
  });

  it('mixes no two runs of a job, though Redis has forgotten that there was a first', async () => {
    const { work, watching } = await watched();
    await scene.member.stop();
    await scene.member.store.redis.flushall();
    scene.upstream.go();
    const next = (await scene.room.join()).work(scene.upstream.runner());
    await scene.room.offers.offer(work, [0]);

    const live = await watching;
    await untilEnded(next, work);

    expect(namesOf(live)).toEqual(['message_start', 'error']);
    expect(namesOf(await events(work, live[0]?.id))).toEqual(['error']);
    expect(namesOf(await events(work))).toEqual(['message_start', 'message_stop']);
  });

  it('cancels a job that waits, and one that runs', async () => {
    const waiting = await submit();
    await scene.member.works.cancel('w', 'job', waiting.id);
    const ended = await untilEnded(scene.member, waiting);
    expect(ended).toMatchObject({ counts: { canceled: 1 }, cancelInitiatedAt: expect.any(Number) });
    expect(await scene.member.works.result(ended)).toEqual({ type: 'canceled' });

    scene.upstream.hold();
    scene.member.work(scene.upstream.runner());
    const running = await submit();
    await scene.upstream.underWay(1);
    await scene.member.works.cancel('w', 'job', running.id);
    expect(await scene.member.works.result(await untilEnded(scene.member, running))).toEqual({ type: 'canceled' });
    expect(scene.upstream.aborted).toHaveLength(1);
    expect(namesOf(await events(running)).at(-1)).toBe('error');
  });

  it('says that a job cannot be watched now when Redis is away', async () => {
    const work = await submit();
    const away = await scene.room.join();
    away.store.redis.disconnect();

    const watching = away.works.events(work, undefined, AbortSignal.timeout(5_000))[Symbol.asyncIterator]();
    await expect(watching.next()).rejects.toMatchObject({ status: 503 });
  });

  it('expires a job that is not answered in time', async () => {
    scene.upstream.hold();
    scene.member.work(scene.upstream.runner());
    scene.member.assembled.reconciler.start();

    const ended = await untilEnded(scene.member, await submit(1_000));

    expect(ended.counts).toMatchObject({ expired: 1, canceled: 0 });
    expect(await scene.member.works.result(ended)).toEqual({ type: 'expired' });
  });

  it('is gone altogether when it is old enough', async () => {
    const worker = scene.member.work(scene.upstream.runner());
    const { id } = await untilEnded(scene.member, await submit());
    await worker.stop();
    await scene.member.stop();
    const waiting = await submit();

    const young = await scene.room.join({ archiveAfterMs: 0 });

    expect(await young.works.find('w', 'job', id)).toBeUndefined();
    const names: string[] = [];
    for await (const name of young.store.storage.children('works/')) names.push(name);
    expect(names).toEqual([waiting.id]);
    expect(await young.store.redis.exists(`sw:{b}:work:${id}`)).toBe(0);
  });

  it('keeps jobs when Redis loses everything', async () => {
    scene.member.work(scene.upstream.runner());
    const answered = await untilEnded(scene.member, await submit());
    await scene.member.stop();
    const waiting = await submit();
    await scene.member.store.redis.flushall();

    await scene.member.assembled.reconciler.tick();
    const next = (await scene.room.join()).work(scene.upstream.runner());

    expect(await scene.member.works.find('w', 'job', answered.id)).toEqual(answered);
    expect(await untilEnded(next, waiting)).toMatchObject({ counts: { succeeded: 1 } });
    expect(scene.upstream.duplicates).toBe(0);
  });
});
