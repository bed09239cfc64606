import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { CRASH_POINTS } from '#batches';
import { checkEnded } from './check.js';
import { STORAGES_IN_TIME } from './scene.js';
import { idsOf, untilEnded, WorkRoom } from './work-room.js';

/** Those of webhooks have tests of their own. */
const POINTS = CRASH_POINTS.filter((point) => !point.startsWith('webhook.'));

const IDS = idsOf(40);

/** Some points are passed in each of several works; all of these deaths come after each other. */
const TIMES = [1, 2, 3];

describe.each(STORAGES_IN_TIME)('a process that dies at any step, storing on %s', (storage) => {
  let room: WorkRoom;

  beforeEach(async () => {
    room = await WorkRoom.open({ appendOnly: true, storage });
  }, 120_000);

  afterEach(() => room.close());

  /** Undefined when it was killed. */
  const live = async (crashAt: string | undefined): Promise<Record<string, string> | undefined> => {
    const { redis, place } = room;
    const args = ['dist/test/batches/processes/mortal.js', redis.url, JSON.stringify(place.address)];
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...place.env, ...(crashAt !== undefined && { SWITCHYARD_CRASH_AT: crashAt }) },
    });
    const [said, [code, signal]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    if (signal === 'SIGKILL') return undefined;
    expect(code).toBe(0);
    return JSON.parse(said);
  };

  /** Time passes: who died is taken for dead, and what was cleared away is looked for once more. */
  const timePasses = async (): Promise<void> => {
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

  it.each(POINTS)(
    'leaves one result a line: %s',
    async (point) => {
      let deaths = 0;
      for (const time of TIMES) {
        if ((await live(`${point}:${time}`)) === undefined) deaths++;
        await timePasses();
      }
      expect(deaths).toBeGreaterThan(0);

      const ids = await live(undefined);

      const member = await room.join();
      const find = async (name: string) => {
        const kind = name === 'job' ? 'job' : 'batch';
        const work = await member.works.find('w', kind, ids?.[name] ?? '');
        if (!work) throw new Error(`${name} is not there`);
        return untilEnded(member, work);
      };
      await checkEnded(member.works, await find('batch'), IDS);
      const canceled = await find('canceled');
      await checkEnded(member.works, canceled, IDS);
      expect(canceled.counts.canceled).toBe(40);
      expect(await find('archived')).toMatchObject({ archivedAt: expect.any(Number), counts: { succeeded: 36 } });
      expect(await member.works.result(await find('job'))).toMatchObject({ type: 'succeeded' });

      await timePasses();
      await timePasses();
      const names: string[] = [];
      for await (const name of member.store.storage.children('works/')) names.push(name);
      expect(names.toSorted()).toEqual(Object.values(ids ?? {}).toSorted());
      expect(await member.store.redis.hgetall('sw:{b}:load:w')).toEqual({ batches: '0', lines: '0' });
      expect(await member.store.redis.zcard('sw:{b}:trash')).toBe(0);
    },
    60_000,
  );
});
