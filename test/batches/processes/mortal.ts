import { openStorage, type Submission, type Work } from '#batches';
import { ScriptedUpstream } from '../scripted-runner.js';
import { aSubmission, bodyOf, idsOf, type Member, OfferBox, openMember, untilEnded } from '../work-room.js';

/**
 * A process that does everything that can be done with works, once each: `mortal URL STORAGE`, the latter an address in JSON. It may be killed anywhere and started
 * again; its idempotency keys lead it to what was done. Prints the ids of its works when all have ended.
 */
const [, , url = '', storage = ''] = process.argv;

const keyed = (idempotencyKey: string): Submission => aSubmission({ idempotencyKey });

const submit = (member: Member, key: string): Promise<Work> => member.works.submitBatch(keyed(key), bodyOf(idsOf(40)));

const live = async (): Promise<Record<string, string>> => {
  const options = { url, storage: await openStorage(JSON.parse(storage)), offers: new OfferBox() };
  const member = await openMember(options);
  const runner = new ScriptedUpstream(2).runner();

  const canceled = await submit(member, 'canceled');
  await member.works.cancel('w', 'batch', canceled.id);
  member.assembled.reconciler.start();
  await untilEnded(member, canceled);

  member.work(runner, { lines: 5 });
  const archived = await submit(member, 'archived');
  await untilEnded(member, archived);
  await member.assembled.reconciler.stop();
  await member.store.redis.del('sw:{b}:turn');
  // It is as old as it can be, unless it was archived by one who died.
  await member.store.redis.zadd('sw:{b}:kept', 'XX', 0, archived.id);
  const archiver = await openMember(options);
  await archiver.close();
  await member.store.redis.del('sw:{b}:turn');
  member.assembled.reconciler.start();

  const deleted = await submit(member, 'deleted');
  await untilEnded(member, deleted);
  await member.works.delete('w', 'batch', deleted.id);

  const batch = await submit(member, 'batch');
  const job = await member.works.submitJob({ ...keyed('job'), kind: 'job' }, Buffer.from('{}'));
  await untilEnded(member, job);
  await untilEnded(member, batch);
  await member.close();
  return { canceled: canceled.id, archived: archived.id, batch: batch.id, job: job.id };
};

live().then(
  (ids) => process.stdout.write(`${JSON.stringify(ids)}\n`, () => process.exit(0)),
  (error: unknown) => process.stderr.write(`${String(error)}\n`, () => process.exit(1)),
);
