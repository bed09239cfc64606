import { BodyFailure } from './pieces.js';
import { StorageError, type StorageErrorCode } from './storage-error.js';

const CODES: Readonly<Record<string, StorageErrorCode>> = {
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  EACCES: 'denied',
  EPERM: 'denied',
  EROFS: 'denied',
  ENOTDIR: 'denied',
  EISDIR: 'denied',
  EEXIST: 'denied',
  ENAMETOOLONG: 'denied',
};

const CURES: Readonly<Record<StorageErrorCode, string>> = {
  missing: 'It was removed, or never written.',
  full: 'Make room on its disk, or raise the quota.',
  denied:
    'Give this user the right to write there; if a name is both an object and a folder, something else wrote there.',
  away: 'See that the disk is healthy and the folder mounted.',
  corrupt: 'See that the disk is healthy.',
};

/** The `code` of a failed system call, or undefined for any other error. */
export const systemCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'syscall' in error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;

/** Whether a system call failed because there is no such file: none of the name, or a file or folder in the place of the other. */
export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR', 'EISDIR'].includes(systemCode(error) ?? '');

/** A failed system call in the words of a `Storage`. Errors that are none are given back as they are. */
export const fileFault = (folder: string, error: unknown): unknown => {
  if (error instanceof BodyFailure) return error.cause;
  const code = systemCode(error);
  if (code === undefined) return error;
  const kind = CODES[code] ?? 'away';
  return new StorageError(kind, `The storage folder ${folder} failed with ${code}. ${CURES[kind]}`, error);
};
