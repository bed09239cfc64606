import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { layout, type WebhookOutcome, WebhookSender, type WebhookSettings, type Work } from '#batches';
import { until } from '#testing';
import { ScriptedUpstream } from '../batches/scripted-runner.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded, WorkRoom } from '../batches/work-room.js';
import { Receiver } from './receiver.js';

const HOOKS = 'sw:{b}:hooks';

describe('webhooks', () => {
  let room: WorkRoom;
  let member: Member;
  let receiver: Receiver;
  let settings: WebhookSettings;
  let senders: WebhookSender[];
  let outcomes: WebhookOutcome[];

  beforeEach(async () => {
    room = await WorkRoom.open();
    member = await room.join();
    member.work(new ScriptedUpstream().runner());
    receiver = await Receiver.start();
    const signingSecrets = [`whsec_${randomBytes(32).toString('base64')}`];
    settings = { signingSecrets, allowPrivateHosts: true, timeoutMs: 5_000 };
    senders = [];
    outcomes = [];
  }, 120_000);

  afterEach(async () => {
    await Promise.all(senders.map((sender) => sender.close()));
    receiver.stop();
    await room.close();
  });

  const send = (of: Member = member): WebhookSender => {
    const sender = new WebhookSender({
      store: of.store,
      settings: () => settings,
      onAttempt: (outcome) => outcomes.push(outcome),
      random: () => 0,
    });
    senders.push(sender);
    sender.start();
    return sender;
  };

  const endJob = async (url = `${receiver.url}/hook`, workspace = 'w'): Promise<Work> => {
    const submission = aSubmission({ kind: 'job', webhookUrl: url, workspace });
    return untilEnded(member, await member.works.submitJob(submission, Buffer.from('{"model":"m"}')));
  };

  const endJobs = async (count: number, url?: string): Promise<string[]> => {
    const ids: string[] = [];
    for (let at = 0; at < count; at++) ids.push((await endJob(url)).id);
    return ids;
  };

  const left = (): Promise<number> => member.store.redis.zcard(HOOKS);
  const untilTold = (): Promise<number> => until(left, (count) => count === 0);
  const recordOf = async (id: string): Promise<Record<string, unknown> | undefined> => {
    const bytes = await member.store.storage.read(layout.delivered(id));
    return bytes && JSON.parse(String(bytes));
  };
  const dueInMs = async (id: string): Promise<number> =>
    Number(await member.store.redis.zscore(HOOKS, id)) - (await member.store.sets.now());
  /** As if the time of the next attempt had come. */
  const makeDue = (id: string): Promise<unknown> => member.store.redis.zadd(HOOKS, 'XX', 1, id);

  it('tell of a batch and of a job, signed, without their content', async () => {
    const webhookUrl = `${receiver.url}/hook?team=a`;
    const batch = await member.works.submitBatch(aSubmission({ webhookUrl }), bodyOf(idsOf(20)));
    await untilEnded(member, batch);
    const job = await endJob(webhookUrl);
    send();
    await untilTold();

    const verifier = new Webhook(String(settings.signingSecrets[0]));
    const told = receiver.heard.map(({ body, headers }) => verifier.verify(body, headers as Record<string, string>));
    expect(told).toMatchObject([
      {
        type: 'message_batch.ended',
        data: { id: batch.id, request_counts: { processing: 0, succeeded: 18, errored: 2 } },
      },
      { type: 'message_job.ended', data: { id: job.id, status: 'ended', result: { type: 'succeeded' } } },
    ]);
    expect(receiver.heard.map(({ path }) => path)).toEqual(['/hook?team=a', '/hook?team=a']);
    expect(receiver.heard.map(({ headers }) => headers['content-type'])).toEqual([
      'application/json',
      'application/json',
    ]);
    expect(receiver.ids).toEqual([`${batch.id}_ended`, `${job.id}_ended`]);
    expect(await recordOf(job.id)).toMatchObject({ outcome: 'delivered', why: '204', attempts: 1 });
  });

  it('are not sent for works that did not ask', async () => {
    await untilEnded(member, await member.works.submitBatch(aSubmission(), bodyOf(idsOf(2))));

    expect(await left()).toBe(0);
  });

  it('reach a receiver in the order of the ends, one sender at a time', async () => {
    const ids = await endJobs(20);
    send();
    send(await room.join());
    await untilTold();

    expect(receiver.ids).toEqual(ids.map((id) => `${id}_ended`));
  });

  it('are tried again later with the same id when the receiver fails, and then it is noted how often', async () => {
    receiver.answer = () => ({ status: 500 });
    const { id } = await endJob();
    send();
    await until(
      () => dueInMs(id),
      (ms) => ms > 0,
    );
    expect(await dueInMs(id)).toBeLessThanOrEqual(5_000);

    receiver.answer = () => ({ status: 503, headers: { 'retry-after': '900' } });
    await makeDue(id);
    await until(
      () => dueInMs(id),
      (ms) => ms > 5_000,
    );
    expect(await dueInMs(id)).toBeGreaterThan(890_000);

    receiver.answer = () => ({ status: 200 });
    await makeDue(id);
    await untilTold();
    expect(receiver.ids).toEqual(Array.from({ length: 3 }, () => `${id}_ended`));
    expect(await recordOf(id)).toMatchObject({ outcome: 'delivered', attempts: 3 });
    expect(outcomes).toEqual(['failed', 'failed', 'delivered']);
  });

  it('are given up after the last attempt, and at once where nobody wants to hear', async () => {
    receiver.answer = ({ path }) => ({ status: path === '/gone' ? 410 : 404 });
    const { id } = await endJob();
    const gone = await endJob(`${receiver.url}/gone`);
    await member.store.redis.hset(`sw:{b}:work:${id}`, { hookFailures: 9 });
    send();
    await untilTold();

    expect(await recordOf(id)).toMatchObject({ outcome: 'given_up', why: '404', attempts: 10 });
    expect(await recordOf(gone.id)).toMatchObject({ outcome: 'gone', attempts: 1 });
    expect(outcomes.toSorted()).toEqual(['given_up', 'gone']);
  });

  it('are not sent to a redirect', async () => {
    const other = await Receiver.start();
    receiver.answer = () => ({ status: 307, headers: { location: `${other.url}/hook` } });
    const { id } = await endJob();
    send();
    await until(
      () => dueInMs(id),
      (ms) => ms > 0,
    );
    other.stop();

    expect(other.heard).toEqual([]);
  });

  it('are not sent to a private host once the operator forbids it, and nothing is connected to', async () => {
    const { id } = await endJob();
    settings = { ...settings, allowPrivateHosts: false };
    send();
    await until(
      () => dueInMs(id),
      (ms) => ms > 0,
    );

    expect(receiver.heard).toEqual([]);
  });

  it('wait while there is no signing secret', async () => {
    await endJob();
    const { signingSecrets } = settings;
    settings = { ...settings, signingSecrets: [] };
    const sender = send();
    await until(
      () => member.store.redis.zcard(HOOKS),
      (count) => count === 1,
    );
    expect(receiver.heard).toEqual([]);

    settings = { ...settings, signingSecrets };
    await untilTold();
    await sender.close();
    expect(receiver.heard).toHaveLength(1);
  });

  it('do not wait for another receiver that never answers', async () => {
    const silent = await Receiver.start();
    silent.answer = () => undefined;
    await endJobs(5, `${silent.url}/hook`);
    const ids = await endJobs(10);
    send();

    await until(
      () => receiver.ids,
      (heard) => heard.length === 10,
      4_000,
    );
    silent.stop();
    expect(receiver.ids).toEqual(ids.map((id) => `${id}_ended`));
    expect(silent.heard).toHaveLength(1);
  });

  it('do not wait for one that fails to the same receiver', async () => {
    const poison = await endJob(`${receiver.url}/poison`);
    const { id } = await endJob();
    receiver.answer = ({ path }) => ({ status: path === '/poison' ? 500 : 204 });
    send();

    await until(
      () => receiver.ids,
      (heard) => heard.includes(`${id}_ended`),
    );
    expect(receiver.ids[0]).toBe(`${poison.id}_ended`);
  });

  it('that were told are not told again when Redis has lost everything, and the others are', async () => {
    const told = await endJob();
    const sender = send();
    await untilTold();
    await sender.close();
    const untold = await endJob();
    await member.store.redis.flushall();
    await member.assembled.reconciler.tick();

    expect(await member.store.redis.zrange(HOOKS, 0, '-1')).toEqual([untold.id]);
    send();
    await untilTold();
    expect(receiver.ids).toEqual([told, untold].map(({ id }) => `${id}_ended`));
  });

  it('of a work that was deleted are not sent', async () => {
    const job = await endJob();
    await member.works.delete('w', 'job', job.id);
    send();
    await untilTold();

    expect(receiver.heard).toEqual([]);
  });

  it('that are under way when their sender stops are heard to the end', async () => {
    await endJobs(3);
    let release = (): void => undefined;
    const sender = send();
    receiver.answer = () => {
      release();
      return { status: 204 };
    };
    await new Promise<void>((resolve) => {
      release = resolve;
    });
    await sender.close();

    const noted = await Promise.all(receiver.heard.map(({ id }) => recordOf(id.replace('_ended', ''))));
    expect(noted.every((record) => record?.outcome === 'delivered')).toBe(true);
  });
});
