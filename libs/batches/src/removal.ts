import { crashPoint } from './crash-point.js';
import { layout } from './layout.js';
import type { Opening } from './redis/submissions.js';
import type { WorkStore } from './work-store.js';

/** What a work or a submission is known by, to remove it. */
export type Removable = Omit<Opening, 'idempotency'> & { idempotency: string | undefined };

/**
 * Removes a work, or what a submission has left. First its manifest: from then on there is no such work, wherever this stops; the
 * reconciler clears away the rest. Rejects with `StorageError` or what Redis says.
 */
export const removeWork = async ({ storage, submissions, manifests }: WorkStore, work: Removable): Promise<void> => {
  const { id } = work;
  await storage.remove(layout.manifest(id));
  manifests.drop(id);
  crashPoint('delete.manifest');
  await submissions.forget({ ...work, idempotency: work.idempotency ?? '' });
  await storage.removeAll(layout.work(id));
  await submissions.cleared(id);
};
