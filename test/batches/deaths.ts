import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import type { Work } from '#batches';
import { checkEnded } from './check.js';
import { idsOf, type Member, untilEnded, type WorkRoom } from './work-room.js';

const IDS = idsOf(40);

/** Ids of what `mortal` has made, by its names for them. */
type Made = Record<string, string>;

/** Runs `mortal` in a room. Undefined when it was killed at the point that it was to be. */
const live = async ({ redis, place }: WorkRoom, crashAt?: string): Promise<Made | undefined> => {
  const args = ['dist/test/batches/processes/mortal.js', redis.url, JSON.stringify(place.address)];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...place.env, ...(crashAt !== undefined && { SWITCHYARD_CRASH_AT: crashAt }) },
  });
  const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  if (signal === 'SIGKILL') return undefined;
  assert.equal(code, 0, 'it failed by itself');
  return JSON.parse(said) as Made;
};

/** Time passes: who died is taken for dead, and what was cleared away is looked for once more. */
const timePasses = async (room: WorkRoom): Promise<void> => {
  const { redis } = (await room.join()).store;
  for (const due of ['sw:{b}:spool', 'sw:{b}:trash'])
    for (const id of await redis.zrange(due, 0, '-1')) await redis.zadd(due, 0, id);
  for (const key of await redis.keys('sw:{b}:idem:*'))
    if ((await redis.get(key))?.startsWith('pending:')) await redis.del(key);
  for (const key of await redis.keys('sw:{b}:claims:*'))
    for (const [chunk, claim] of Object.entries(await redis.hgetall(key)))
      await redis.hset(key, chunk, claim.replace(/\d+$/, '0'));
  await redis.del('sw:{b}:turn');
};

const checkWorks = async (member: Member, made: Made): Promise<void> => {
  const find = async (name: string): Promise<Work> => {
    const work = await member.works.find('w', name === 'job' ? 'job' : 'batch', made[name] ?? '');
    assert.ok(work, `${name} is not there`);
    return untilEnded(member, work);
  };
  await checkEnded(member.works, await find('batch'), IDS);
  const canceled = await find('canceled');
  await checkEnded(member.works, canceled, IDS);
  assert.equal(canceled.counts.canceled, IDS.length);
  const archived = await find('archived');
  assert.equal(typeof archived.archivedAt, 'number');
  assert.equal(archived.counts.succeeded, 36);
  assert.equal((await member.works.result(await find('job')))?.type, 'succeeded');
};

const checkNothingIsLeft = async ({ store }: Member, made: Made): Promise<void> => {
  const names: string[] = [];
  for await (const name of store.storage.children('works/')) names.push(name);
  assert.deepEqual(names.toSorted(), Object.values(made).toSorted());
  assert.deepEqual({ ...(await store.redis.hgetall('sw:{b}:load:w')) }, { batches: '0', lines: '0' });
  assert.equal(await store.redis.zcard('sw:{b}:trash'), 0);
};

/**
 * Has a process die at a point, at each of these times that it passes it, one after the other, and then live to its end. Resolves with how
 * often it died; throws when it has not, or when what is there then is not what it would be without that.
 */
export const dieAt = async (room: WorkRoom, point: string, times: readonly number[]): Promise<number> => {
  let deaths = 0;
  for (const time of times) {
    if ((await live(room, `${point}:${time}`)) === undefined) deaths++;
    await timePasses(room);
  }
  assert.ok(deaths > 0, `it never passed ${point}`);
  const made = await live(room);
  assert.ok(made);
  const member = await room.join();
  await checkWorks(member, made);
  // Each who joins looks after what is due.
  await timePasses(room);
  await timePasses(room);
  await checkNothingIsLeft(member, made);
  return deaths;
};
