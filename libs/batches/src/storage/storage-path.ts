import { StorageError } from './storage-error.js';

/** No leading dot: that leaves out `.` and `..`, and what file systems keep for themselves (`.nfs…`, `.snapshot`). */
const SEGMENT = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;
const LONGEST = 700;

/** Whether a name can be a segment of a path. Others that lie in the same place are not ours. */
export const isSegment = (name: string): boolean => SEGMENT.test(name);

/** Throws `StorageError('denied')` for anything that is not a path of `Storage`, so that none can lead out of the place. */
export const checkPath = (path: string): void => {
  if (path.length > LONGEST || !path.split('/').every(isSegment))
    throw new StorageError(
      'denied',
      `${JSON.stringify(path.slice(0, LONGEST))} is not a path that can be stored under.`,
    );
};

/** The same for a prefix: empty, or a path and `/`. */
export const checkPrefix = (prefix: string): void => {
  if (prefix !== '') checkPath(prefix.endsWith('/') ? prefix.slice(0, -1) : `${prefix}/`);
};
