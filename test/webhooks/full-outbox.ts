import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomBytes } from 'node:crypto';
import { until } from '#testing';
import { ScriptedUpstream } from '../batches/scripted-runner.js';
import { aSubmission, type Member, untilEnded, WorkRoom } from '../batches/work-room.js';
import { Receiver } from './receiver.js';

/** Jobs that have ended and of which nobody has been told, and processes that tell of them, made to be killed. */
export class FullOutbox {
  readonly secret = `whsec_${randomBytes(32).toString('base64')}`;
  /** Of the events, in the order in which the jobs have ended. */
  readonly ids: string[] = [];
  private readonly senders: ChildProcess[] = [];

  private constructor(
    private readonly room: WorkRoom,
    private readonly member: Member,
    readonly receiver: Receiver,
  ) {}

  static async open(works: number): Promise<FullOutbox> {
    const room = await WorkRoom.open();
    const member = await room.join();
    const outbox = new FullOutbox(room, member, await Receiver.start());
    member.work(new ScriptedUpstream().runner());
    const submission = aSubmission({ kind: 'job', webhookUrl: `${outbox.receiver.url}/hook` });
    while (outbox.ids.length < works) {
      const job = await member.works.submitJob(submission, Buffer.from('{"model":"m"}'));
      outbox.ids.push(`${(await untilEnded(member, job)).id}_ended`);
    }
    return outbox;
  }

  /** Starts a process that tells; with a point, one that dies there. */
  send(crashAt?: string): ChildProcess {
    const { redis, place } = this.room;
    const args = ['dist/test/webhooks/processes/sender.js', redis.url, JSON.stringify(place.address), this.secret];
    const sender = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, ...(crashAt && { SWITCHYARD_CRASH_AT: crashAt }) },
    });
    this.senders.push(sender);
    return sender;
  }

  /** Has one die at a point, and another tell the rest. Throws when the first does not die. */
  async sendInSpiteOf(crashAt: string): Promise<void> {
    const [, signal] = await once(this.send(crashAt), 'exit');
    if (signal !== 'SIGKILL') throw new Error(`it did not die at ${crashAt}`);
    if (this.firsts.length >= this.ids.length) throw new Error('all had been told before');
    await this.endTurn();
    this.send();
    await this.untilTold();
  }

  /** Nobody waits ten seconds for the turn of somebody who is dead. */
  async endTurn(): Promise<void> {
    await this.member.store.redis.del('sw:{b}:hooks-turn');
  }

  async untilTold(): Promise<void> {
    await until(
      () => this.member.store.redis.zcard('sw:{b}:hooks'),
      (count) => count === 0,
      20_000,
    );
  }

  /** In the order in which each was first heard of. */
  get firsts(): string[] {
    return [...new Set(this.receiver.ids)];
  }

  get duplicates(): number {
    return this.receiver.heard.length - this.firsts.length;
  }

  async close(): Promise<void> {
    for (const sender of this.senders.splice(0)) sender.kill('SIGKILL');
    this.receiver.stop();
    await this.room.close();
  }
}
