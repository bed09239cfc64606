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

/** Whoever does not know yet that the work is gone may still write something of it: an answer, that its webhook has heard. */
const AGAIN_MS = 3_600_000;

const isEmpty = async (items: AsyncIterable<unknown>): Promise<boolean> => {
  for await (const _ of items) return false;
  return true;
};

/**
 * Clears away what is in the trash, and is to be called again after an hour until nothing was found. First goes its manifest: what is left
 * then is no work even if Redis loses the trash. Rejects likewise.
 */
export const clearAway = async ({ storage, submissions, manifests, now }: WorkStore, id: string): Promise<void> => {
  const wasEmpty = await isEmpty(storage.list(layout.work(id)));
  await storage.remove(layout.manifest(id));
  manifests.drop(id);
  crashPoint('delete.manifest');
  await storage.removeAll(layout.work(id));
  await (wasEmpty ? submissions.cleared(id) : submissions.clearAgain(id, now() + AGAIN_MS));
};
