import type { Deployment } from './deployment.js';
import type { Usage } from './usage.js';

/** What an account, a key or a team may use: a minute's worth of each, but for `concurrency`, which holds at any moment. */
export interface Limits {
  rpm?: number;
  inputTpm?: number;
  outputTpm?: number;
  concurrency?: number;
}

/** The one of several limits that was reached. */
export type LimitDimension = 'requests' | 'input-tokens' | 'output-tokens' | 'tokens' | 'concurrency';

/** What a request will use, before anybody knows. Cached input counts like any other until the answer says otherwise. */
export interface Estimate {
  inputTokens: number;
  outputTokens: number;
}

/** Somebody waits for the answer, or nobody does: batches yield to whoever waits. */
export type Urgency = 'interactive' | 'batch';

/** An upstream's own account of a limit, read from its answer's headers. */
export interface ReportedLimit {
  dimension: LimitDimension;
  limit: number | undefined;
  remaining: number;
  /** Milliseconds from now until the bucket is full again (or, with `remaining` 0, until something is left). */
  resetMs: number | undefined;
}

/** A share of a credential's limits, held by one attempt. */
export interface Reservation {
  kind: 'granted';
  /** The upstream's own figures, which win over ours. May be called more than once. */
  observe(reported: readonly ReportedLimit[]): void;
  /**
   * The attempt is over. Gives back what was reserved and not used, and the place among the concurrent calls. `used` is undefined
   * where nothing was sent. Later calls do nothing.
   */
  settle(used: Usage | undefined): void;
}

/** A credential has nothing left for this request now. */
export interface Refusal {
  kind: 'refused';
  dimension: LimitDimension;
  /** When enough will have come back, as far as is known. */
  retryAfterMs: number;
}

/**
 * Where the limits of `limits:` on credentials are kept. Answers at once when this replica holds enough, and with a promise when
 * the others have to be asked, which takes at most the time limit of one command. Never rejects.
 */
export interface CredentialLimits {
  reserve(
    deployment: Deployment,
    estimate: Estimate,
    urgency: Urgency,
  ): Reservation | Refusal | Promise<Reservation | Refusal>;
  /** How limits hold at this moment: by all replicas together, by each on its own share, or not at all. */
  readonly mode: LimitsMode;
}

export type LimitsMode = 'shared' | 'split' | 'open' | 'strict';
