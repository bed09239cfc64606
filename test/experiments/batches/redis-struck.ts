import type { Experiment } from '../experiment.js';
import { atMost, type Figure } from '../figure.js';
import { epochMs } from '../load/load-answer.js';
import { auditOf } from './audit.js';
import type { Batch } from './batch.js';
import { BatchSite } from './batch-site.js';

interface Stroke extends Pick<Experiment, 'id' | 'title' | 'tier'> {
  /** Resolves when Redis takes commands again. */
  strike: (site: BatchSite) => Promise<void>;
  /** Seconds after which work must go on. */
  resumesWithin: number;
  /** Whatever else is to be known. */
  more?: (site: BatchSite, batch: Batch) => Promise<Figure[]>;
}

/** A batch during which something happens to Redis, once a third of it is done. */
export const redisStruck = ({ strike, resumesWithin, more, ...experiment }: Stroke): Experiment => ({
  ...experiment,
  run: async (rig) => {
    const lines = rig.scale(400, 4_000);
    const site = await BatchSite.open(rig, { behaviour: 'delay=500', concurrency: 20 });
    const batch = await site.submit(lines);
    await batch.reached(lines / 3);
    await strike(site);
    const backAt = epochMs();
    const view = await batch.ended(rig.scale(60_000, 600_000));
    const resumedAt = site.callsFor(batch).find(({ at }) => at > backAt)?.at ?? Number.NaN;
    return [
      ...(await auditOf(batch, view)),
      atMost(resumesWithin, { name: 'until work goes on', value: (resumedAt - backAt) / 1000, unit: 's' }),
      // What was under way when Redis went may be asked again, and no more than that.
      atMost(2 * site.crew.workers.length * site.concurrency, {
        name: 'duplicate upstream calls',
        value: site.duplicateCalls(batch),
      }),
      ...((await more?.(site, batch)) ?? []),
    ];
  },
});
