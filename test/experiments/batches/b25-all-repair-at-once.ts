import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly } from '../figure.js';
import { auditOf } from './audit.js';
import { BatchSite } from './batch-site.js';

/** Whose turn it is to repair. Nobody ever has it while it is taken away so often. */
const TURN = 'sw:{b}:turn';
const TAKEN_EVERY_MS = 10;
/** By how much a batch's count is made wrong, so that all of them find it so and count again. */
const WRONG_BY = 5;
/** Each of them looks every five seconds, and says so once in a while. */
const WRONG_FOR_MS = 12_000;
const WRONG_EVERY_MS = 400;
/** So many at least have to repair the same. */
const TOGETHER = 2;

/** Lets everybody repair at once: each is told that the turn is its own. */
const endTurns = (redis: Redis): (() => void) => {
  const timer = setInterval(() => void redis.del(TURN).catch(() => undefined), TAKEN_EVERY_MS);
  return () => clearInterval(timer);
};

/** Gateways and workers all put right at the same time what Redis has lost, what is counted wrongly, and what was canceled. */
export const b25: Experiment = {
  id: 'B25',
  title: 'all processes repair at once',
  tier: 'long',
  run: async (rig) => {
    const lines = rig.scale(600, 5_000);
    const site = await BatchSite.open(rig, { behaviour: 'delay=1000', gateways: 3, concurrency: rig.scale(40, 100) });
    const redis = new Redis(site.redis.url);
    rig.ends(async () => redis.disconnect());
    const stop = endTurns(redis);
    rig.ends(async () => stop());
    const batches = [await site.submit(lines), await site.submit(lines), await site.submit(lines)] as const;
    const [lost, canceled, miscounted] = batches;
    await lost.reached(lines / 4);

    await redis.flushall();
    await canceled.cancel();
    await miscounted.reached(lines / 6, 120_000);
    const logged = (event: string): number =>
      site.fleet.logged(({ msg }) => msg === event).length + site.crew.logged(({ msg }) => msg === event).length;
    const enough = performance.now() + WRONG_FOR_MS;
    while (logged('batches.recounted') < TOGETHER && performance.now() < enough) {
      await redis.hincrby(`sw:{b}:work:${miscounted.id}`, 'succeeded', WRONG_BY);
      await pause(WRONG_EVERY_MS);
    }
    await site.crew.killAny();
    const ended = await Promise.all(
      batches.map(async (batch) => ({ batch, view: await batch.ended(rig.scale(60_000, 300_000)) })),
    );

    const audits = await Promise.all(ended.map(({ batch, view }) => auditOf(batch, view)));
    const load = await redis.hgetall('sw:{b}:load:default');
    return [
      ...audits.flat(),
      exactly(0, {
        name: 'batches and lines counted as open in the end',
        value: Math.abs(Number(load.batches)) + Math.abs(Number(load.lines)),
        note: JSON.stringify(load),
      }),
      atLeast(TOGETHER, { name: 'processes that compared Redis with storage', value: logged('batches.compared') }),
      atLeast(TOGETHER, { name: 'processes that counted a batch again', value: logged('batches.recounted') }),
      atMost(2 * site.concurrency, {
        name: 'duplicate upstream calls',
        value: batches.reduce((sum, batch) => sum + site.duplicateCalls(batch), 0),
      }),
    ];
  },
};
