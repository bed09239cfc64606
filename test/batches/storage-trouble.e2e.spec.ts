import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Log, type Storage, StorageError } from '#batches';
import { until } from '#testing';
import { checkEnded } from './check.js';
import { ScriptedUpstream } from './scripted-runner.js';
import { aSubmission, bodyOf, idsOf, type Member, untilEnded, WorkRoom } from './work-room.js';

const IDS = idsOf(300);

/** Storage that is full whenever a test wants it to be. */
const fillable = (storage: Storage): { storage: Storage; full: boolean; refused: number } => {
  const disk = { storage, full: false, refused: 0 };
  const guard = (): void => {
    if (!disk.full) return;
    disk.refused++;
    throw new StorageError('full', 'No space is left.');
  };
  const write = storage.write.bind(storage);
  const create = storage.create.bind(storage);
  const openLog = storage.openLog.bind(storage);
  storage.write = async (path, body) => {
    guard();
    return write(path, body);
  };
  storage.create = async (path, body) => {
    guard();
    return create(path, body);
  };
  storage.openLog = async (path): Promise<Log> => {
    guard();
    const log = await openLog(path);
    const append = log.append.bind(log);
    let isBroken = false;
    log.append = async (record) => {
      // A log that could not be written once stays so.
      isBroken ||= disk.full;
      if (isBroken) disk.refused++;
      if (isBroken) throw new StorageError('full', 'No space is left.');
      return append(record);
    };
    return log;
  };
  return disk;
};

describe('storage that is full for a while', () => {
  let room: WorkRoom;
  let member: Member;
  let disk: ReturnType<typeof fillable>;
  let upstream: ScriptedUpstream;

  beforeEach(async () => {
    room = await WorkRoom.open();
    disk = fillable(await room.place.openStorage());
    member = await room.join({ storage: disk.storage });
    upstream = new ScriptedUpstream(5);
  }, 120_000);

  afterEach(() => room.close());

  it('holds a batch up, and loses and repeats nothing of it', async () => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    member.work(upstream.runner(), { chunks: 3, lines: 20 });
    await upstream.seen(101);

    disk.full = true;
    await until(
      () => disk.refused,
      (refused) => refused > 60,
    );
    // What has begun ends; nothing is begun any more.
    await upstream.underWay(0);
    const sent = upstream.calls;
    expect(sent).toBeLessThan(IDS.length);
    await expect(member.works.submitBatch(aSubmission(), bodyOf(['a']))).rejects.toMatchObject({ status: 503 });
    expect(upstream.calls).toBe(sent);
    disk.full = false;

    await checkEnded(member.works, await untilEnded(member, work), IDS);
    expect(upstream.duplicates).toBe(0);
    expect(member.reports.map(({ event }) => event)).toContain('batches.waiting');
  });

  it('holds up the seal, and the end', async () => {
    const work = await member.works.submitBatch(aSubmission(), bodyOf(IDS));
    upstream.hold();
    member.work(upstream.runner(), { chunks: 20, lines: 300 });
    await upstream.underWay(300);
    disk.full = true;
    upstream.go();
    await until(
      () => disk.refused,
      (refused) => refused > 20,
    );
    disk.full = false;

    await checkEnded(member.works, await untilEnded(member, work), IDS);
    expect(upstream.duplicates).toBe(0);
  });

  it('refuses a job, and keeps the answer of another', async () => {
    upstream.hold();
    member.work(upstream.runner());
    const job = await member.works.submitJob(aSubmission({ kind: 'job' }), Buffer.from('{}'));
    await upstream.underWay(1);
    disk.full = true;
    upstream.go();
    await expect(member.works.submitJob(aSubmission({ kind: 'job' }), Buffer.from('{}'))).rejects.toMatchObject({
      status: 503,
    });
    await until(
      () => disk.refused,
      (refused) => refused > 2,
    );
    disk.full = false;

    expect((await untilEnded(member, job)).counts.succeeded).toBe(1);
    expect(upstream.calls).toBe(1);
  });
});
