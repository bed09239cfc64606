import type { MeasuredProcess } from '../processes/measured-process.js';
import type { Finding } from './finding.js';
import type { Site } from './site.js';

/** What a scenario measures on: everything but workers. */
export interface Ground {
  site: Site;
  gateway: MeasuredProcess;
  /** A first impression only. */
  quick: boolean;
}

export interface BatchScenario {
  /** What `--only` calls it. */
  name: string;
  /** Leaves nothing running. */
  run: (ground: Ground) => Promise<Finding[]>;
}
