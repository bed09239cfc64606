import { ENDS, INTAKE, QUEUE, SHARED, WORKERS } from './batches/batches.js';
import type { Experiment } from './experiment.js';
import { FAILURES, SHARING } from './routing/routing.js';

const inOrder = (a: Experiment, b: Experiment): number =>
  a.id.charCodeAt(0) - b.id.charCodeAt(0) || Number(a.id.slice(1)) - Number(b.id.slice(1));

/** Every experiment there is, in the order of their ids. */
export const CATALOGUE: readonly Experiment[] = [
  ...FAILURES,
  ...SHARING,
  ...WORKERS,
  ...QUEUE,
  ...INTAKE,
  ...ENDS,
  ...SHARED,
].sort(inOrder);
