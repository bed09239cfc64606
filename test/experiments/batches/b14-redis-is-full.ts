import { Redis } from 'ioredis';
import { until } from '#testing';

import type { Experiment } from '../experiment.js';
import { atMost, exactly } from '../figure.js';
import { epochMs } from '../load/load-answer.js';
import { auditOf } from './audit.js';
import { BatchSite } from './batch-site.js';

/** Less than an empty Redis has in use. */
const TOO_LITTLE = '500kb';
/** Batches that are offered while Redis is full: small and large ones. */
const OFFERS = [1, 5_000, 1, 5_000] as const;

/** Redis has no memory left in the middle of a batch, and none until the batch has ended. */
export const b14: Experiment = {
  id: 'B14',
  title: 'Redis is full during a batch',
  tier: 'long',
  run: async (rig) => {
    const lines = rig.scale(400, 10_000);
    const site = await BatchSite.open(rig, { behaviour: 'delay=500', concurrency: rig.scale(20, 50) });
    const redis = new Redis(site.redis.url);
    rig.ends(async () => redis.disconnect());
    const batch = await site.submit(lines);
    await batch.reached(lines / 10);
    await redis.config('SET', 'maxmemory', TOO_LITTLE);

    const answers = await Promise.all(OFFERS.map((count) => site.offer(count)));
    const rightly = answers.filter(({ status, headers }) => status === 503 && headers.has('retry-after'));
    const view = await batch.ended(rig.scale(60_000, 300_000));

    await redis.config('SET', 'maxmemory', '0');
    const roomAt = epochMs();
    const taken = await until(
      () => site.submit(10).catch(() => undefined),
      (accepted) => accepted !== undefined,
      30_000,
    );
    const takenAfter = (epochMs() - roomAt) / 1000;
    await taken?.ended(30_000);
    return [
      ...(await auditOf(batch, view)),
      exactly(0, {
        name: 'batches that were not refused with 503 while it was full',
        value: OFFERS.length - rightly.length,
        note: answers.map(({ status }) => status).join(', '),
      }),
      exactly(2, { name: 'batches there are in the end', value: (await site.listed()).length }),
      exactly(0, { name: 'duplicate upstream calls', value: site.duplicateCalls(batch) }),
      atMost(10, { name: 'until a batch is accepted once there is room', value: takenAfter, unit: 's' }),
    ];
  },
};
