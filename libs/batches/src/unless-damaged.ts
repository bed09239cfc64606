import { StorageError } from './storage/storage-error.js';
import type { WorkStore } from './work-store.js';

/** What `read` gives, or `instead` of an object that can never be read again: that is reported. Rejects with every other failure. */
export const unlessDamaged = async <T, I>(
  { report }: Pick<WorkStore, 'report'>,
  read: () => Promise<T>,
  { path, instead }: { path: string; instead: I },
): Promise<T | I> => {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof StorageError && (error.code === 'corrupt' || error.code === 'missing'))) throw error;
    report('batches.damaged', { path, damage: error.message });
    return instead;
  }
};
