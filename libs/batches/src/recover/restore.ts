import { randomBytes } from 'node:crypto';
import { type EndRecord } from '../end/end-record.js';
import { readEndRecord } from '../end/work-ender.js';
import { layout } from '../layout.js';
import { epochOf } from '../run/chunk-logs.js';
import { readJobEnd } from '../seal/job-result.js';
import { readSealHeader } from '../seal/seal-file.js';
import { readJson } from '../read-json.js';
import type { Storage } from '../storage/storage.js';
import { unlessDamaged } from '../unless-damaged.js';
import type { Manifest } from '../work.js';
import type { WorkStore } from '../work-store.js';

/** When the results of a work were dropped, and how it had ended. */
export interface ArchiveRecord {
  archivedAt: number;
  ended: EndRecord;
}

/** When a work was asked to be canceled. */
export interface CancelRecord {
  canceledAt: number;
}

export const readCancelRecord = (storage: Storage, id: string): Promise<CancelRecord | undefined> =>
  readJson<CancelRecord>(storage, layout.canceled(id));

const restoreChunks = async (store: WorkStore, work: Manifest): Promise<void> => {
  const { storage, claims } = store;
  for await (const name of storage.children(layout.outputs(work.id))) {
    const chunk = work.chunks[Number.parseInt(name, 10)];
    if (!chunk) continue;
    const path = layout.output(work.id, chunk.index);
    const header = await unlessDamaged(store, () => readSealHeader(storage, path), { path, instead: undefined });
    if (header) await claims.seal(work, chunk, header);
  }
  const seen = new Map<number, number>();
  for await (const path of storage.list(layout.logs(work.id))) {
    const [chunk = '', log = ''] = path.slice(layout.logs(work.id).length).split('/');
    seen.set(Number(chunk), Math.max(seen.get(Number(chunk)) ?? 0, epochOf(log)));
  }
  await claims.raiseEpochs(work, seen);
};

const restoreEnd = async (store: WorkStore, work: Manifest, archive: ArchiveRecord | undefined): Promise<boolean> => {
  const { id } = work;
  const [path, read] = work.kind === 'job' ? [layout.result(id), readJobEnd] : [layout.ended(id), readEndRecord];
  const ended = archive?.ended ?? (await unlessDamaged(store, () => read(store, id), { path, instead: undefined }));
  if (!ended) return false;
  await store.states.end(work, ended);
  if (work.webhookUrl !== undefined && (await store.storage.size(layout.delivered(id))) !== undefined)
    await store.sets.told(id);
  if (archive) await store.states.archive(id, archive.archivedAt);
  return true;
};

/** Names one restore of one work. */
const nameRestore = (): string => randomBytes(9).toString('base64url');

/**
 * Makes Redis know all of a work that storage knows; what Redis knows already stays. Safe at any time, whoever runs the work: what
 * is final in storage only comes to be so in Redis, and epochs only rise. What stands in logs of unsealed chunks is counted again by
 * whoever takes the chunk next. Until it is done the work does not end on what Redis knows of it by then. `refused`: it is to be removed,
 * or another came before it with its idempotency key. Rejects with `StorageError` or what Redis says.
 */
export const restoreWork = async (store: WorkStore, work: Manifest): Promise<'restored' | 'refused'> => {
  const { storage, submissions, states } = store;
  const begun = await submissions.restore(work, store.now(), nameRestore());
  if (begun === 'refused') return 'refused';
  const archive = await readJson<ArchiveRecord>(storage, layout.archived(work.id));
  const canceled = await unlessDamaged(store, () => readCancelRecord(storage, work.id), {
    path: layout.canceled(work.id),
    // That it is there says what matters.
    instead: { canceledAt: store.now() },
  });
  if (canceled) await states.cancel(work.id, canceled.canceledAt);
  if (!(await restoreEnd(store, work, archive)) && work.kind === 'batch') await restoreChunks(store, work);
  await submissions.restored(work.id, begun.restoring);
  return 'restored';
};

/** Puts right what does not add up: counts from nothing, with what is in storage. Rejects with `StorageError` or what Redis says. */
export const recountWork = async (store: WorkStore, work: Manifest): Promise<void> => {
  await store.claims.recount(work, nameRestore());
  await restoreWork(store, work);
};
