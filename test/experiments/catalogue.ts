import type { Experiment } from './experiment.js';
import { FAILURES, SHARING } from './routing/routing.js';

const numberOf = ({ id }: Experiment): number => Number(id.slice(1));

/** Every experiment there is, in the order of their ids. */
export const CATALOGUE: readonly Experiment[] = [...FAILURES, ...SHARING].sort((a, b) => numberOf(a) - numberOf(b));
