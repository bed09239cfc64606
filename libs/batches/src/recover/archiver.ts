import { crashPoint } from '../crash-point.js';
import { readEndRecord } from '../end/work-ender.js';
import { layout } from '../layout.js';
import { readManifest } from '../manifest-file.js';
import { removeWork } from '../removal.js';
import { readJobEnd } from '../seal/job-result.js';
import type { WorkStore } from '../work-store.js';
import type { ArchiveRecord } from './restore.js';

const REMOVED_BELOW = [layout.inputs, layout.logs, layout.outputs];

/**
 * Drops what was asked and answered in a work that ended long ago. That there was such a batch is still known, as its wire has it; a job
 * is gone altogether, or Redis would fill up with those of all times. May stop anywhere and be done again. Rejects with
 * `StorageError` or what Redis says.
 */
export const archiveWork = async (store: WorkStore, id: string): Promise<void> => {
  const { storage, states, submissions } = store;
  const stored = await readManifest(storage, id);
  if (!stored) {
    const work = await states.find(id);
    return work && submissions.forget(work);
  }
  const { manifest } = stored;
  if (manifest.kind === 'job') {
    if (await readJobEnd(store, id)) await removeWork(store, manifest);
    return;
  }
  const path = layout.archived(id);
  const ended = await readEndRecord(store, id);
  if (ended) {
    const record: ArchiveRecord = { archivedAt: store.now(), ended };
    await storage.create(path, Buffer.from(JSON.stringify(record)));
  }
  crashPoint('archive.written');
  const bytes = await storage.read(path);
  if (!bytes) return;
  for (const prefix of REMOVED_BELOW) await storage.removeAll(prefix(id));
  const { archivedAt }: ArchiveRecord = JSON.parse(bytes.toString('utf8'));
  await states.archive(id, archivedAt);
};
