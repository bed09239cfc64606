import type { Experiment } from '../experiment.js';
import { atLeast, exactly } from '../figure.js';
import { auditOf } from './audit.js';
import { killWhileRunning } from './kill-while-running.js';
import { ProgressWatch } from './progress-watch.js';

/** The live counts are read twenty times a second while workers die. */
export const b18: Experiment = {
  id: 'B18',
  title: 'progress while workers are killed',
  tier: 'quick',
  run: async (rig) => {
    const watches: ProgressWatch[] = [];
    const { batch, view } = await killWhileRunning(rig, {
      lines: rig.scale(300, 2_000),
      options: { behaviour: 'delay=500', concurrency: 20 },
      everyMs: 2_000,
      withinMs: rig.scale(60_000, 300_000),
      accepted: (batch) => watches.push(new ProgressWatch(batch)),
    });
    await Promise.all(watches.map((watch) => watch.stop()));
    const violations = watches.flatMap((watch) => watch.violations);
    return [
      ...(await auditOf(batch, view)),
      atLeast(50, { name: 'reads', value: watches.reduce((sum, { reads }) => sum + reads, 0) }),
      exactly(0, { name: 'counts that fell, or sums that are off', value: violations.length, note: violations[0] }),
    ];
  },
};
