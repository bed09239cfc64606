import type { Experiment } from '../experiment.js';
import { atLeast, exactly } from '../figure.js';
import { auditOf } from './audit.js';
import { killWhileRunning } from './kill-while-running.js';

/** The live counts are read twenty times a second while lines are short and workers die. B1 looks at them too, on long lines. */
export const b18: Experiment = {
  id: 'B18',
  title: 'progress while workers are killed',
  tier: 'quick',
  run: async (rig) => {
    const { batch, view, watch } = await killWhileRunning(rig, {
      lines: rig.scale(600, 5_000),
      options: { behaviour: 'delay=100', concurrency: 20 },
      everyMs: rig.scale(1_500, 3_000),
      kills: rig.scale(3, Number.POSITIVE_INFINITY),
      withinMs: rig.scale(60_000, 300_000),
    });
    return [
      ...(await auditOf(batch, view)),
      atLeast(100, { name: 'reads', value: watch.reads }),
      exactly(0, {
        name: 'counts that fell, or sums that are off',
        value: watch.violations.length,
        note: watch.violations[0],
      }),
    ];
  },
};
