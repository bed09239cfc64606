import type { Bench } from '../bench.js';
import type { Figure } from '../figure.js';

/** A kind of traffic, and what is read off it. */
export interface Scenario {
  /** What `--only` calls it. */
  name: string;
  run: (bench: Bench) => Promise<Figure[]>;
}
