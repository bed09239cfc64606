import type { Deployment, Endpoint, Estimate, ReportedLimit, Route, Urgency } from '#core';
import type { Outcome } from './outcome.js';

/** At most so many deployments are asked for one call, whatever is configured. */
export const MAX_ATTEMPTS = 3;

/** What a choice may depend on, besides the route. */
export interface Ask {
  /** As the caller has named it: what is learnt under a wildcard is learnt of this model. Undefined: of no particular one. */
  model?: string;
  estimate: Estimate;
  stream: boolean;
  urgency: Urgency;
  /** Counting tokens is no use of a model: an upstream that knows no such call may know the model well. Undefined: `messages`. */
  endpoint?: Endpoint;
  /** How often the client itself has sent this call before (`x-stainless-retry-count`). Its retries draw on our budget. */
  clientRetries: number;
  /** What keeps a conversation together. Called only where there is a choice to make; undefined: nothing does. */
  affinityKey(): string | undefined;
}

/** What a choice went by. */
export type RoutingPolicy = 'affinity' | 'least-loaded' | 'only';

/** What to do now. */
export type Choice =
  | { kind: 'try'; deployment: Deployment }
  /** Nothing may be used yet; ask again after so many milliseconds. */
  | { kind: 'wait'; ms: number }
  | NoChoice;

/** Nothing (more) may be tried. */
export interface NoChoice {
  kind: 'none';
  /** `tried`: what was tried is the answer. The others: nothing could be, and when it could again. */
  reason: 'tried' | 'rate-limited' | 'overloaded' | 'unavailable';
  retryAfterMs: number | undefined;
}

/**
 * The choices of one call. The exchange asks `next`, tries what it gets, and says how that ended.
 * Everything that a better chooser needs to know passes through here, and nothing else in the house chooses.
 */
export interface Plan {
  /** What the choice went by; known once `next` has been asked. `only`: there was nothing to choose from. */
  readonly policy: RoutingPolicy;
  next(): Choice;
  /**
   * The first byte of an answer came, so many milliseconds after the request went out. Said when it comes, and of a 2xx answer only:
   * it is what an upstream's health and speed are read from.
   */
  firstByte(deployment: Deployment, afterMs: number): void;
  /** The upstream has told of its limits. */
  reported(deployment: Deployment, limits: readonly ReportedLimit[]): void;
  /** The attempt that `next` gave is over. */
  settled(deployment: Deployment, outcome: Outcome): void;
}

/** Decides where calls go. */
export interface Chooser {
  plan(route: Route, ask: Ask): Plan;
}
