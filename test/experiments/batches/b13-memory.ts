import { memory } from '../../bench/batches/memory.js';
import type { Experiment } from '../experiment.js';
import { benchFigures } from './bench-figures.js';

/** Ten of the largest batches wait, run and end: what is kept of them in memory. */
export const b13: Experiment = {
  id: 'B13',
  title: 'ten batches of 100,000 lines',
  tier: 'long',
  run: (rig) => benchFigures(rig, memory.run),
};
