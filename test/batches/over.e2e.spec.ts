import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { until } from '#testing';
import { checkEnded } from './check.js';
import { ScriptedUpstream } from './scripted-runner.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded, WorkRoom } from './work-room.js';

const IDS = idsOf(600);

describe('a batch that is over before it is done', () => {
  let room: WorkRoom;
  let member: Member;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    room = await WorkRoom.open();
    member = await room.join();
    upstream = new ScriptedUpstream();
  }, 120_000);

  afterEach(() => room.close());

  /** A batch of which some lines are done and 200 are under way. */
  const halfDone = async (expiresInMs?: number) => {
    const work = await member.works.submitBatch(aSubmission({ ...(expiresInMs && { expiresInMs }) }), bodyOf(IDS));
    member.work(upstream.runner(), { chunks: 10, lines: 200 });
    await until(
      () => upstream.calls,
      (calls) => calls >= 100,
    );
    upstream.hold();
    await until(
      () => upstream.active,
      (active) => active === 200,
    );
    return work;
  };

  it('ends within seconds of its cancel, with what was done', async () => {
    upstream.delayMs = 20;
    const work = await halfDone();
    const canceledAt = performance.now();

    const canceling = await member.works.cancel('w', 'batch', work.id);
    expect(canceling).toMatchObject({ status: 'canceling', cancelInitiatedAt: expect.any(Number) });
    const ended = await untilEnded(member, work, 5_000);

    expect(upstream.lastSentAt).toBeLessThan(canceledAt + 1_500);
    expect(upstream.aborted.length).toBe(200);
    expect(ended.counts.canceled).toBe(600 - ended.counts.succeeded - ended.counts.errored);
    expect(ended.counts.canceled).toBeGreaterThanOrEqual(200);
    await checkEnded(member.works, ended, IDS);
    expect(await member.works.cancel('w', 'batch', work.id)).toEqual(ended);
  });

  it('hears of a cancel though its news were lost', async () => {
    upstream.delayMs = 20;
    const work = await halfDone();
    member.store.news.close();

    await member.works.cancel('w', 'batch', work.id);

    await checkEnded(member.works, await untilEnded(member, work, 5_000), IDS);
    expect(upstream.active).toBe(0);
  });

  it('is canceled at once when nobody is at it', async () => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    await member.works.cancel('w', 'batch', work.id);

    const ended = await untilEnded(member, work, 2_000);

    expect(ended.counts).toEqual({ succeeded: 0, errored: 0, canceled: 600, expired: 0 });
    await checkEnded(member.works, ended, IDS);
  });

  it('takes a canceled batch from a worker that does not react', async () => {
    upstream.delayMs = 20;
    const work = await halfDone();
    // A holder that lives and says nothing.
    const { claims } = member.store;
    const renew = claims.renew.bind(claims);
    claims.renew = async (claim) => ((await renew(claim)) === 'stale' ? 'stale' : 'kept');
    member.store.news.listen = () => () => undefined;
    const other = await room.join();
    other.assembled.reconciler.start();

    await other.works.cancel('w', 'batch', work.id);

    const results = await checkEnded(other.works, await untilEnded(other, work, 10_000), IDS);
    upstream.go();
    await member.stop();
    expect(await checkEnded(other.works, await untilEnded(other, work), IDS)).toEqual(results);
  });

  it('expires at its deadline, and takes no answer after it', async () => {
    upstream.delayMs = 20;
    member.assembled.reconciler.start();
    const work = await halfDone(2_500);

    const ended = await untilEnded(member, work, 8_000);

    expect(ended.endedAt).toBeGreaterThanOrEqual(work.expiresAt);
    expect(ended.counts.expired).toBe(600 - ended.counts.succeeded - ended.counts.errored);
    expect(ended.counts.expired).toBeGreaterThanOrEqual(200);
    const results = await checkEnded(member.works, ended, IDS);
    upstream.go();
    await member.stop();
    expect(await checkEnded(member.works, await untilEnded(member, work), IDS)).toEqual(results);
  });

  it('stays canceled when Redis loses everything', async () => {
    upstream.delayMs = 20;
    const work = await halfDone();
    await member.works.cancel('w', 'batch', work.id);
    await member.store.redis.flushall();
    member.assembled.reconciler.start();

    const ended = await untilEnded(member, work, 10_000);

    expect(ended.counts.canceled).toBeGreaterThanOrEqual(200);
    await checkEnded(member.works, ended, IDS);
  });
});
