import type { Deployment } from '#core';
import type { RoutingPolicy } from './chooser.js';

/** Why a deployment may not be used now. */
export interface Exclusion {
  /** A word for programs: `disabled`, `cooldown`, `breaker-open`, `probing`, `no-headroom`, `limited`, `paced`, `throttled`, `tier`. */
  code: string;
  /** A sentence for people. */
  reason: string;
  /** When it ends, as far as is known. */
  remainingMs: number | undefined;
}

/** One deployment in the answer to "where would this call go now, and why". */
export interface ExplainedDeployment {
  deployment: Deployment;
  excluded: Exclusion | undefined;
  /** Place in the order in which it would be tried, from 1; undefined when excluded. */
  place: number | undefined;
  /**
   * By what the draw goes, undefined where affinity gives the order. `score`: milliseconds to the first byte times load, the lower the
   * better. `share`: of calls like this one, those that would go there first, from 0 to 1.
   */
  standing: { score: number; share: number } | undefined;
}

/** Where a call would go now, and why. Asking changes nothing. */
export interface Explanation {
  /** How the order was made. */
  policy: RoutingPolicy;
  /** Breakers are ignored, because nothing else is left. */
  panic: boolean;
  /** In order of place, the excluded ones after them in the order of the configuration. */
  deployments: readonly ExplainedDeployment[];
  /** When the first deployment returns, where there is none now. */
  retryAfterMs: number | undefined;
}

/** A deployment's live state, as one replica sees it. */
export interface DeploymentState {
  deployment: Deployment;
  /** The wildcard's deployment that this is for one model, whose name is a caller's; undefined for those of the configuration. */
  wildcard: Deployment | undefined;
  routes: readonly string[];
  breaker: { state: 'closed' | 'open' | 'half-open'; consecutiveFailures: number; remainingMs: number | undefined };
  /** Of the last 30 s. */
  window: { ok: number; failed: number };
  inFlight: number;
  /** Milliseconds to the first byte for a prompt of ordinary length; undefined before the first answer. */
  firstByteMs: number | undefined;
  /** 0.1 to 1: the share of its weight that it gets, while it comes back. */
  slowStart: number;
  excluded: Exclusion | undefined;
  /** What the upstream last said of its limits. */
  headroom: Readonly<Record<string, number>>;
}
