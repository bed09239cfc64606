import type { StorageAddress } from '#core';
import { FileStorage } from './file-storage.js';
import type { Storage } from './storage.js';

/**
 * Opens the place where jobs and batches are kept. A folder is made if need be; a bucket is not. Whether it can be written is for
 * `check` to find out.
 */
export const openStorage = async (address: StorageAddress): Promise<Storage> => {
  if (address.kind === 'file') return FileStorage.open(address.folder);
  throw new Error('S3 is not there yet.');
};
