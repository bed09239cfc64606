import type { Deployment, Route } from '#core';
import type { Outcome } from './outcome.js';

/** At most so many deployments are asked for one call, whatever is configured. */
export const MAX_ATTEMPTS = 3;

/**
 * The choices of one call. The exchange asks `next`, tries what it gets, and says how that ended.
 * Everything that a better chooser needs to know passes through here, and nothing else in the house chooses.
 */
export interface Plan {
  /** The deployment to try now, or undefined when nothing (more) may be tried. */
  next(): Deployment | undefined;
  /** The first byte of an answer came, so many milliseconds after the attempt began. */
  firstByte(deployment: Deployment, afterMs: number): void;
  /** The attempt that `next` gave is over. */
  settled(deployment: Deployment, outcome: Outcome): void;
}

/** Decides where calls go. */
export interface Chooser {
  plan(route: Route): Plan;
}
