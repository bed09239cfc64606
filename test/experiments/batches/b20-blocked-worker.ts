import type { Experiment } from '../experiment.js';
import { atMost } from '../figure.js';
import { auditOf } from './audit.js';
import { BatchSite } from './batch-site.js';

/** Longer than a lock lasts. */
const BLOCKED_MS = 12_000;

/** Loaded into every worker: on this signal nothing else is done for a while, as in a runaway loop, but without heating the machine. */
const BLOCKER = `process.on('SIGUSR2', () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ${BLOCKED_MS}))`;

/** A worker's event loop stands still for longer than its lock lasts, so another takes its lines. */
export const b20: Experiment = {
  id: 'B20',
  title: 'a worker is busy with itself for 12 s',
  tier: 'quick',
  run: async (rig) => {
    const lines = rig.scale(240, 2_000);
    const env = { NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(BLOCKER)}` };
    const site = await BatchSite.open(rig, { behaviour: 'delay=1000', concurrency: 20, env });
    const batch = await site.submit(lines);
    await batch.reached(lines / 10);
    site.crew.any.signal('SIGUSR2');
    const view = await batch.ended(rig.scale(60_000, 300_000));
    return [
      ...(await auditOf(batch, view)),
      atMost(site.concurrency, { name: 'duplicate upstream calls', value: site.duplicateCalls(batch) }),
    ];
  },
};
