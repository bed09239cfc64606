import { crashPoint } from './crash-point.js';
import { layout } from './layout.js';
import type { Opening } from './redis/submissions.js';
import type { WorkStore } from './work-store.js';

/** What a work or a submission is known by, to remove it. */
export type Removable = Omit<Opening, 'idempotency'> & { idempotency: string | undefined };

/**
 * Removes a work. First Redis forgets it and notes that it is to be cleared away: from then on there is no such work, wherever this
 * stops; the reconciler does the rest. Rejects with `StorageError` or what Redis says.
 */
export const removeWork = async (store: WorkStore, work: Removable): Promise<void> => {
  await store.submissions.forget({ ...work, idempotency: work.idempotency ?? '' });
  crashPoint('delete.noted');
  await clearAway(store, work.id);
};

/** Clears away what is in the trash. First its manifest: what is left then is no work even if Redis loses the trash. Rejects likewise. */
export const clearAway = async ({ storage, submissions, manifests }: WorkStore, id: string): Promise<void> => {
  await storage.remove(layout.manifest(id));
  manifests.drop(id);
  crashPoint('delete.manifest');
  await storage.removeAll(layout.work(id));
  await submissions.cleared(id);
};
