import type { Experiment } from '../experiment.js';
import { exactly } from '../figure.js';
import { auditOf } from './audit.js';
import { BatchSite } from './batch-site.js';

/** Every worker is replaced in turn, as in a deployment: each ends what it has begun, and hands back the rest. */
export const b23: Experiment = {
  id: 'B23',
  title: 'all workers are restarted in turn',
  tier: 'quick',
  run: async (rig) => {
    const lines = rig.scale(400, 4_000);
    const site = await BatchSite.open(rig, { behaviour: 'delay=500', concurrency: 20 });
    const batch = await site.submit(lines);
    await batch.reached(lines / 10);
    await site.crew.restartInTurn();
    const view = await batch.ended(rig.scale(60_000, 300_000));
    return [
      ...(await auditOf(batch, view)),
      exactly(0, { name: 'duplicate upstream calls', value: site.duplicateCalls(batch) }),
    ];
  },
};
