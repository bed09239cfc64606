import { createHash } from 'node:crypto';
import type { WorkKind } from '../work.js';

/** One hash tag, because one script touches several of them. https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags */
const PREFIX = 'sw:{b}:';

/** Every key of jobs and batches in Redis. All of them can be made again from storage. */
export const keys = {
  /** Hash: what a `Work` says, and a few marks of ours. */
  work: (id: string) => `${PREFIX}work:${id}`,
  /** Bitmap by line: has a result. */
  done: (id: string) => `${PREFIX}done:${id}`,
  /** Bitmap by chunk: its results are final. */
  sealed: (id: string) => `${PREFIX}sealed:${id}`,
  /** Hash by chunk: `epoch:claim:until`. Chunks that nobody has begun, and sealed ones, have none. */
  claims: (id: string) => `${PREFIX}claims:${id}`,
  /** Hash by line of an unsealed chunk: letter of the status, and the log that has the result; and the chunk's usage. */
  winners: (id: string, chunk: number) => `${PREFIX}win:${id}:${chunk}`,
  /** Stream: the events of a running job. */
  live: (id: string) => `${PREFIX}live:${id}`,
  /** ZSET of works by creation. */
  list: (kind: WorkKind, workspace: string) => `${PREFIX}list:${kind}:${workspace}`,
  /** Hash: what a workspace has open. */
  load: (workspace: string) => `${PREFIX}load:${workspace}`,
  /** String: the work that the first submission with this key made. */
  idempotency: (digest: string) => `${PREFIX}idem:${digest}`,
  /** ZSET of works that have not ended, by deadline. */
  open: `${PREFIX}open`,
  /** ZSET of works that are to be canceled, by when that was asked. */
  canceling: `${PREFIX}canceling`,
  /** ZSET of ended works whose results are kept, by creation. */
  kept: `${PREFIX}kept`,
  /** ZSET of ended works whose webhook has not been told, by end. */
  hooks: `${PREFIX}hooks`,
  /** ZSET of submissions that are being taken in, by when to look after them. */
  spool: `${PREFIX}spool`,
  /** ZSET of what has been broken off or deleted, and may have left something in storage, by when to clear it away. */
  trash: `${PREFIX}trash`,
  /** String: the run id of the Redis that was last compared with storage. */
  ready: `${PREFIX}ready`,
  /** String: names the comparison with storage that is going on; it counts only if this is still there at its end. */
  comparing: `${PREFIX}comparing`,
  /** String: whose turn it is to repair. */
  turn: `${PREFIX}turn`,
  /** Channel: `cancel <id>`, `end <id>`. */
  news: `${PREFIX}news`,
} as const;

/** What an `Idempotency-Key` of a caller becomes: unguessable names of any length, separate for each workspace and kind. */
export const idempotencyDigest = (workspace: string, kind: WorkKind, key: string): string =>
  createHash('sha256')
    .update(JSON.stringify([workspace, kind, key]))
    .digest('base64url')
    .slice(0, 27);
