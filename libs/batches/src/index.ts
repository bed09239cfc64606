export type {
  Chunk,
  Line,
  LineResult,
  LineRunner,
  LineStatus,
  Manifest,
  PageRequest,
  Priority,
  RanLine,
  Submission,
  Work,
  WorkKind,
  WorkPage,
  Works,
} from './work.js';
export { openStorage } from './storage/open-storage.js';
export type { Log, Storage } from './storage/storage.js';
export { StorageError } from './storage/storage-error.js';
