import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { until } from '#testing';
import { ScriptedUpstream } from '../batches/scripted-runner.js';
import { aSubmission, type Member, untilEnded, WorkRoom } from '../batches/work-room.js';
import { Receiver } from './receiver.js';

const WORKS = 50;
const HOOKS = 'sw:{b}:hooks';

describe('a sender of webhooks that is killed', () => {
  const secret = `whsec_${randomBytes(32).toString('base64')}`;
  let room: WorkRoom;
  let member: Member;
  let receiver: Receiver;
  let ids: string[];
  const senders: ChildProcess[] = [];

  beforeEach(async () => {
    room = await WorkRoom.open();
    receiver = await Receiver.start();
    member = await room.join();
    member.work(new ScriptedUpstream().runner());
    ids = [];
    const submission = aSubmission({ kind: 'job', webhookUrl: `${receiver.url}/hook` });
    for (let at = 0; at < WORKS; at++) {
      const job = await member.works.submitJob(submission, Buffer.from('{"model":"m"}'));
      ids.push(`${(await untilEnded(member, job)).id}_ended`);
    }
  }, 120_000);

  afterEach(async () => {
    for (const sender of senders.splice(0)) sender.kill('SIGKILL');
    receiver.stop();
    await room.close();
  });

  const send = (crashAt?: string): ChildProcess => {
    const address = JSON.stringify(room.place.address);
    const sender = spawn(
      process.execPath,
      ['dist/test/webhooks/processes/sender.js', room.redis.url, address, secret],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, ...(crashAt && { SWITCHYARD_CRASH_AT: crashAt }) },
      },
    );
    senders.push(sender);
    return sender;
  };

  /** Nobody waits ten seconds for the turn of somebody who is dead. */
  const endTurn = (): Promise<unknown> => member.store.redis.del('sw:{b}:hooks-turn');

  const untilTold = (): Promise<number> =>
    until(
      () => member.store.redis.zcard(HOOKS),
      (count) => count === 0,
      20_000,
    );

  const duplicates = (): number => receiver.heard.length - new Set(receiver.ids).size;

  /** In the order in which each was first heard of. */
  const firsts = (): string[] => [...new Set(receiver.ids)];

  it.each([
    ['webhook.taken:10', 0],
    ['webhook.answered:10', 1],
    ['webhook.written:10', 0],
  ])(
    'at %s leaves all to be told in their order, and tells again what was not noted',
    async (crashAt, again) => {
      const [, signal] = await once(send(crashAt), 'exit');
      expect(signal).toBe('SIGKILL');
      expect(new Set(receiver.ids).size).toBeLessThan(WORKS);
      await endTurn();
      send();
      await untilTold();

      expect(firsts()).toEqual(ids);
      expect(duplicates()).toBe(again);
    },
    60_000,
  );

  it('five times in the midst of its work tells everybody, each time with the same id, in order', async () => {
    const verifier = new Webhook(secret);
    for (let kills = 1; kills <= 5; kills++) {
      const sender = send();
      await until(
        () => receiver.heard.length,
        (heard) => heard >= kills * 8,
      );
      sender.kill('SIGKILL');
      await once(sender, 'exit');
      await endTurn();
    }
    send();
    await untilTold();

    expect(firsts()).toEqual(ids);
    // One receiver, so one delivery was under way at each kill.
    expect(duplicates()).toBeLessThanOrEqual(5);
    for (const { body, headers } of receiver.heard)
      expect(verifier.verify(body, headers as Record<string, string>)).toMatchObject({ type: 'message_job.ended' });
  }, 90_000);

  it('is followed by another within seconds', async () => {
    const first = send();
    await until(
      () => receiver.heard.length,
      (heard) => heard >= 5,
    );
    first.kill('SIGKILL');
    send();
    await untilTold();

    expect(firsts()).toEqual(ids);
  }, 60_000);
});
