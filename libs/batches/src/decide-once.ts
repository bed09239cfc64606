import { unlessDamaged } from './unless-damaged.js';
import type { WorkStore } from './work-store.js';

/**
 * Creates an object that says what was decided, and gives `ours`; or, where another came first, what `read` finds in it. One that cannot
 * be read has decided nothing: it is reported and replaced. Undefined when it was removed meanwhile. Rejects with `StorageError`.
 */
export const decideOnce = async <T>(
  store: Pick<WorkStore, 'storage' | 'report'>,
  path: string,
  { bytes, ours, read }: { bytes: Buffer; ours: T; read: () => Promise<T | undefined> },
): Promise<T | undefined> => {
  if (await store.storage.create(path, bytes)) return ours;
  const found = await unlessDamaged(store, async () => ({ decided: await read() }), { path, instead: undefined });
  if (found) return found.decided;
  await store.storage.write(path, bytes);
  return ours;
};
