import { hash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Experiment } from '../experiment.js';
import { atMost, exactly, told } from '../figure.js';
import { auditOf } from './audit.js';
import type { Batch } from './batch.js';
import { BatchSite } from './batch-site.js';

const LINES = 100_000;
const KILLS = 50;
/** With what a kill costs, fifty of them end before the batch does. */
const EVERY_MS = 1_500;
/** So long that two workers of a hundred lines each are busy with the batch for over two minutes. */
const DELAY_MS = 250;

/** What a results file says, whatever its order. */
const digestOf = async (batch: Batch): Promise<string> => hash('sha256', (await batch.results()).sort().join('\n'));

/** Kills something at random again and again: a gateway, a worker or Redis. Each is started again at once. */
const killAnything = async ({ fleet, crew, redis }: BatchSite, over: AbortSignal): Promise<number> => {
  const victims = [
    () => fleet.killAny(),
    () => crew.killAny(),
    async () => {
      await redis.kill();
      await redis.restart();
    },
  ];
  let kills = 0;
  for (; kills < KILLS && !over.aborted; kills++) {
    await pause(EVERY_MS);
    await victims[Math.floor(Math.random() * victims.length)]?.();
  }
  return kills;
};

/** The largest batch there may be, while nothing is safe; then the same one again, in peace. */
export const b03: Experiment = {
  id: 'B3',
  title: '100,000 lines and 50 kills of anything',
  tier: 'long',
  run: async (rig) => {
    const site = await BatchSite.open(rig, { behaviour: `delay=${DELAY_MS}`, gateways: 2, concurrency: 100 });
    const startedAt = performance.now();
    const batch = await site.submit(LINES);
    const over = new AbortController();
    const killing = killAnything(site, over.signal);
    const view = await batch.ended(3_600_000);
    const seconds = (performance.now() - startedAt) / 1000;
    over.abort();
    const kills = await killing;
    const audit = await auditOf(batch, view);
    const duplicates = site.duplicateCalls(batch);

    const peaceful = await site.submitFor(batch.customIds);
    await peaceful.ended(3_600_000);
    const same = (await digestOf(batch)) === (await digestOf(peaceful));
    return [
      ...audit,
      exactly(1, { name: 'results are those of a batch in peace', value: Number(same) }),
      atMost(kills * 2 * site.concurrency, { name: 'duplicate upstream calls', value: duplicates }),
      exactly(KILLS, { name: 'kills', value: kills }),
      told({ name: 'until it ended', value: seconds, unit: 's' }),
    ];
  },
};
