import { setTimeout as pause } from 'node:timers/promises';
import { until } from '#testing';
import type { Experiment } from '../experiment.js';
import { atMost } from '../figure.js';
import { epochMs } from '../load/load-answer.js';
import { auditOf } from './audit.js';
import { BatchSite } from './batch-site.js';

const AWAY_MS = 20_000;
const LINES = 20;

/** Redis is away for longer than a blocking command waits while workers have nothing to do; then there is work. */
export const b21: Experiment = {
  id: 'B21',
  title: 'Redis is away for 20 s while workers are idle',
  tier: 'long',
  run: async (rig) => {
    const site = await BatchSite.open(rig, { behaviour: '' });
    // A batch before shows that everything works, and leaves the workers waiting for more.
    await (await site.submit(LINES)).ended(30_000);
    await site.redis.kill();
    await pause(AWAY_MS);
    await site.redis.restart();
    const backAt = epochMs();
    const batch = await until(
      () => site.submit(LINES).catch(() => undefined),
      (accepted) => accepted !== undefined,
      60_000,
    );
    if (!batch) throw new Error('the batch was never accepted');
    const submittedAfter = epochMs() - backAt;
    const view = await batch.ended(120_000);
    const first = site.callsFor(batch)[0]?.at ?? Number.NaN;
    return [
      ...(await auditOf(batch, view)),
      atMost(3, { name: 'until a batch is accepted', value: submittedAfter / 1000, unit: 's' }),
      atMost(3, { name: 'until its first line runs', value: (first - backAt - submittedAfter) / 1000, unit: 's' }),
    ];
  },
};
