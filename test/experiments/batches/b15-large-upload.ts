import { accept } from '../../bench/batches/accept.js';
import type { Experiment } from '../experiment.js';
import { benchFigures } from './bench-figures.js';

/** The largest body is taken in while somebody else asks for something small. */
export const b15: Experiment = {
  id: 'B15',
  title: 'a batch of 256 MB is taken in',
  tier: 'long',
  run: (rig) => benchFigures(rig, accept.run),
};
