import type { Storage } from './storage/storage.js';
import { StorageError } from './storage/storage-error.js';

/** A record as one of ours wrote it; undefined when there is none. Rejects with `StorageError`. */
export const readJson = async <T>(storage: Storage, path: string): Promise<T | undefined> => {
  const bytes = await storage.read(path);
  if (!bytes) return undefined;
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw new StorageError('corrupt', `${path} cannot be read.`, error);
  }
};
