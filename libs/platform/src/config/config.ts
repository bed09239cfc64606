import type { CallerKey, Credential, Provider } from '#core';
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

export type RedisAddress =
  | { kind: 'single'; url: string }
  | ({ kind: 'sentinel'; master: string; database: number } & RedisNodes)
  | ({ kind: 'cluster' } & RedisNodes);

interface RedisNodes {
  nodes: readonly { host: string; port: number }[];
  username: string | undefined;
  password: string | undefined;
  tls: boolean;
}

/** A folder, relative to the working directory, or a place in a bucket. */
export type StorageAddress = { kind: 'file'; folder: string } | { kind: 's3'; bucket: string; prefix: string };

/** A team. Its limits are read and kept, and not enforced by this version. */
export interface Workspace {
  name: string;
  limits: Limits | undefined;
  budget: Budget | undefined;
}

/** A minute's worth, but for `concurrency`: at any moment. */
interface Limits {
  rpm?: number;
  input_tpm?: number;
  output_tpm?: number;
  concurrency?: number;
}

interface Budget {
  usd: number;
  per: 'day' | 'week' | 'month';
}
