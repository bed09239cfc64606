import { readLine } from '../intake/request-line.js';
import { layout } from '../layout.js';
import { sha256 } from '../manifest-file.js';
import type { Storage } from '../storage/storage.js';
import { StorageError } from '../storage/storage-error.js';
import type { Chunk, Line, Manifest } from '../work.js';

const LINE_FEED = 0x0a;

/** The lines of a chunk. Rejects with `StorageError`, `missing` or `corrupt` when it is not what was taken in. */
export const readChunkInput = async (storage: Storage, work: Manifest, chunk: Chunk): Promise<Line[]> => {
  const path = layout.input(work.id, chunk.index);
  const bytes = await storage.read(path);
  if (!bytes) throw new StorageError('missing', `${path} is gone.`);
  if (sha256(bytes) !== chunk.sha256) throw new StorageError('corrupt', `${path} is not what was taken in.`);
  const lines: Line[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, start);
    lines.push({ work, index: chunk.firstLine + lines.length, ...readLine(bytes.subarray(start, end)) });
    start = end + 1;
  }
  return lines;
};
