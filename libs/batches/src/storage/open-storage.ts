import type { StorageAddress } from '#core';
import { FileStorage } from './file-storage.js';
import { S3Storage } from './s3-storage.js';
import type { Storage } from './storage.js';

/**
 * Opens the place where jobs and batches are kept. A folder is made if need be; a bucket is not. Whether it can be written is for
 * `check` to find out. Where S3 is, and who asks, is said by the standard AWS variables.
 */
export const openStorage = async (address: StorageAddress): Promise<Storage> =>
  address.kind === 'file' ? FileStorage.open(address.folder) : S3Storage.open(address, { env: process.env });
