import type { LineStatus, Manifest, Priority, Work, WorkKind } from '../work.js';

/** A `Work`, and what of it only this library wants to know. */
export interface StoredWork extends Work {
  chunks: number;
  hasWebhook: boolean;
  /** Digest of the idempotency key, `''` without one. */
  idempotency: string;
}

const USAGE = 'usage:';

/** The fields of a new work, field and value in turn. */
export const toHash = (manifest: Manifest): (string | number)[] =>
  Object.entries({
    id: manifest.id,
    kind: manifest.kind,
    workspace: manifest.workspace,
    priority: manifest.priority,
    lines: manifest.lines,
    chunks: manifest.chunks.length,
    createdAt: manifest.createdAt,
    expiresAt: manifest.expiresAt,
    hasWebhook: manifest.webhookUrl === undefined ? 0 : 1,
    idempotency: manifest.idempotency ?? '',
    sealed: 0,
    succeeded: 0,
    errored: 0,
    canceled: 0,
    expired: 0,
    duplicateCalls: 0,
  }).flat();

const time = (value: string | undefined): number | undefined => (value === undefined ? undefined : Number(value));

/** The tokens and prices that are summed up in a hash. */
export const readUsage = (hash: Readonly<Record<string, string>>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(hash)
      .filter(([field]) => field.startsWith(USAGE))
      .map(([field, amount]) => [field.slice(USAGE.length), Number(amount)]),
  );

export const readCounts = (hash: Readonly<Record<string, string>>): Record<LineStatus, number> => ({
  succeeded: Number(hash.succeeded ?? 0),
  errored: Number(hash.errored ?? 0),
  canceled: Number(hash.canceled ?? 0),
  expired: Number(hash.expired ?? 0),
});

/** Undefined when the hash is not there. */
export const fromHash = (hash: Readonly<Record<string, string>>): StoredWork | undefined => {
  if (hash.id === undefined) return undefined;
  const canceling = hash.cancelInitiatedAt === undefined ? 'in_progress' : 'canceling';
  return {
    id: hash.id,
    kind: hash.kind as WorkKind,
    workspace: hash.workspace ?? '',
    priority: hash.priority as Priority,
    status: hash.endedAt === undefined ? canceling : 'ended',
    lines: Number(hash.lines),
    counts: readCounts(hash),
    createdAt: Number(hash.createdAt),
    expiresAt: Number(hash.expiresAt),
    startedAt: time(hash.startedAt),
    cancelInitiatedAt: time(hash.cancelInitiatedAt),
    endedAt: time(hash.endedAt),
    archivedAt: time(hash.archivedAt),
    duplicateCalls: Number(hash.duplicateCalls),
    usage: readUsage(hash),
    chunks: Number(hash.chunks),
    hasWebhook: hash.hasWebhook === '1',
    idempotency: hash.idempotency ?? '',
  };
};
