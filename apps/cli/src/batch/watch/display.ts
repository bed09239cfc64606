import type { Sighting } from './sightings.js';

/** Where a batch is watched. */
export interface Display {
  show(sighting: Sighting): void;
  /** Leaves the place as it should be left. May be called twice. */
  end(): void;
}
