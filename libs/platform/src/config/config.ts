import type { CallerKey, Credential, Limits, Provider, RedisAddress, StorageAddress } from '#core';
import type { Catalog } from './catalog.js';
import type { Fault } from './fault.js';

/** Everything `switchyard.yaml` says, checked, with defaults and environment filled in. Frozen through and through. */
export interface Config {
  /** As it was named. */
  file: string;
  redis: RedisAddress;
  storage: StorageAddress;
  listen: Listen;
  /** For `/admin`; undefined shuts it. */
  adminKey: string | undefined;
  /** 32 bytes for signatures that come back from callers. The same on every replica, unless nothing fixes it. */
  signingKey: Buffer;
  providers: readonly ConfiguredProvider[];
  catalog: Catalog;
  workspaces: readonly Workspace[];
  /** How the limits of credentials hold while Redis is away. */
  withoutRedis: WithoutRedis;
  batches: BatchSettings;
  webhooks: WebhookSettings;
  keys: readonly CallerKey[];
  /** What the file asks for that will not happen, or that cannot have been meant. */
  warnings: readonly Fault[];
}

export interface ConfiguredProvider extends Provider {
  /** At least one. */
  credentials: readonly Credential[];
}

export interface Listen {
  host: string;
  /** 0 takes any free port. */
  port: number;
  /** After a stop was asked for: how long connections are still taken, until balancers have seen that this replica is not ready. */
  drainDelayMs: number;
  /** How long calls may go on after that. */
  drainMs: number;
  /** Calls under way at once in one replica; more are answered with 529. */
  maxInFlight: number;
}

/**
 * `split`: each replica keeps to its share of a limit. `strict`: credentials with limits are not used. `open`: limits do not hold.
 */
export type WithoutRedis = 'strict' | 'split' | 'open';

/** What may be submitted to be answered later, and how it is worked off. */
export interface BatchSettings {
  /** Works of one workspace that have not ended. */
  maxOpen: number;
  /** Lines of one workspace that have no result yet. */
  maxQueuedRequests: number;
  /** After so long, lines without a result end as `expired`. */
  expiresMs: number;
  /** The part of each upstream's rate that batches leave to callers who wait, 0 to 0.95. */
  interactiveShare: number;
  /** After creation: when results are dropped. */
  archiveAfterMs: number;
  /** Lines that one worker has under way at most. */
  concurrency: number;
}

/** How somebody is told that a work has ended. */
export interface WebhookSettings {
  /**
   * `whsec_` and the base64 of the key; the newest first, then the one that it replaces. Empty: webhooks cannot be asked for.
   * https://www.standardwebhooks.com
   */
  signingSecrets: readonly string[];
  /** Whether addresses of private networks and of this machine may be called. */
  allowPrivateHosts: boolean;
  /** For one delivery. */
  timeoutMs: number;
}

/** A team. Its limits and its budget are read and kept, and not enforced by this version. */
export interface Workspace {
  name: string;
  /** Its share of the batch lines run, against other workspaces that have some; above 0. */
  weight: number;
  limits: Limits | undefined;
  budget: Budget | undefined;
}

interface Budget {
  usd: number;
  per: 'day' | 'week' | 'month';
}
