import { measureFairness } from '../../bench/batches/fairness.js';
import type { Experiment } from '../experiment.js';
import { benchFigures } from './bench-figures.js';

/** One workspace has much to do, another comes after it with little; and three that always have something share by their weights. */
export const b12: Experiment = {
  id: 'B12',
  title: '50 lines after another workspace’s 100,000',
  tier: 'long',
  run: (rig) =>
    benchFigures(rig, (ground) =>
      measureFairness(ground, {
        behind: { lines: rig.scale(10_000, 100_000), rounds: rig.scale(1, 3) },
        // Shares are those of a while: within one chunk's time somebody may have none.
        between: { lines: rig.scale(4_000, 12_000), rounds: 1 },
      }),
    ),
};
