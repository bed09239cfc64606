import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { layout, type Work } from '#batches';
import { until } from '#testing';
import { checkEnded } from './check.js';
import { HeldStorage } from './held-storage.js';
import { ScriptedUpstream } from './scripted-runner.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded, WorkRoom } from './work-room.js';

const IDS = idsOf(320);

describe('a work that is over while Redis is told of it again', () => {
  let room: WorkRoom;
  let member: Member;
  /** Reads sealed chunks only when it may. */
  let slow: Member;
  let seals: HeldStorage;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    room = await WorkRoom.open();
    const storage = await room.place.openStorage();
    seals = new HeldStorage(storage, '/out/');
    [member, slow] = [await room.join(), await room.join({ storage })];
    upstream = new ScriptedUpstream(5);
  }, 120_000);

  afterEach(async () => {
    seals.go();
    await room.close();
  });

  const find = async ({ id }: Work): Promise<Work> => {
    const found = await member.works.find('w', 'batch', id);
    if (!found) throw new Error('it is not known');
    return found;
  };

  /** A batch of which much is answered, some of it sealed, and that nobody runs any more. */
  const leftOff = async (): Promise<{ work: Work; answered: number }> => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    const worker = (await room.join()).work(upstream.runner(), { chunks: 3, lines: 20, graceMs: 0 });
    await until(
      () => find(work),
      ({ counts }) => counts.succeeded > 150,
    );
    await worker.stop();
    const { counts } = await find(work);
    return { work, answered: counts.succeeded + counts.errored };
  };

  /** A work that was miscounted, while its seals are read again. */
  const beingRecounted = async (): ReturnType<typeof leftOff> => {
    const left = await leftOff();
    await member.store.redis.hincrby(`sw:{b}:work:${left.work.id}`, 'succeeded', 5);
    seals.hold();
    slow.assembled.reconciler.start();
    await until(
      () => seals.asked,
      (asked) => asked > 0,
    );
    return left;
  };

  const markCanceled = ({ id }: Work) =>
    member.store.storage.create(layout.canceled(id), Buffer.from(JSON.stringify({ canceledAt: Date.now() })));

  const isCanceling = (work: Work) =>
    until(
      () => member.store.redis.hget(`sw:{b}:work:${work.id}`, 'cancelInitiatedAt'),
      (at) => at !== null,
    );

  /** Somebody is given a chunk, finds that the work is over, and would end it. */
  const tryToEnd = ({ id }: Work) =>
    member.assembled
      .runnerFor({
        runner: upstream.runner(),
        slots: { take: () => Promise.resolve(() => undefined) },
        graceMs: 0,
      })
      .run(id, 0, new AbortController().signal);

  /** How many lines have an answer in the end. */
  const answeredOf = async (work: Work): Promise<number> => {
    member.assembled.reconciler.start();
    const ended = await untilEnded(member, work);
    await checkEnded(member.works, ended, IDS);
    return ended.counts.succeeded + ended.counts.errored;
  };

  it('keeps each answer, whoever wants to end it before all of them are known again', async () => {
    const { work, answered } = await leftOff();
    await markCanceled(work);
    await member.store.redis.flushall();
    seals.hold();
    const restored = slow.works.find('w', 'batch', work.id);
    await isCanceling(work);

    await tryToEnd(work);
    seals.go();
    await restored;

    expect(await answeredOf(work)).toBeGreaterThanOrEqual(answered);
  });

  it('keeps each answer when it is counted again', async () => {
    const { work, answered } = await beingRecounted();

    await markCanceled(work);
    await member.store.states.cancel(work.id, Date.now());
    await tryToEnd(work);
    seals.go();

    expect(await answeredOf(work)).toBeGreaterThanOrEqual(answered);
  });

  it('is told of again by another when whoever did so has died', async () => {
    const { work, answered } = await beingRecounted();
    await member.store.redis.del('sw:{b}:turn');

    await member.works.cancel('w', 'batch', work.id);

    expect(await answeredOf(work)).toBeGreaterThanOrEqual(answered);
  });
});
