import { readLine } from '../intake/request-line.js';
import { layout } from '../layout.js';
import { sha256 } from '../manifest-file.js';
import { splitLines } from '../seal/seal-file.js';
import type { Storage } from '../storage/storage.js';
import { StorageError } from '../storage/storage-error.js';
import type { Chunk, Line, Manifest } from '../work.js';

const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;

/** Undefined when it alone is gone. With all of its work gone it is the place that is away, as a folder that is not mounted. */
const readInput = async (storage: Storage, { id }: Manifest, { index }: Chunk): Promise<Buffer | undefined> => {
  const bytes = await storage.read(layout.input(id, index));
  if (!bytes && (await storage.size(layout.manifest(id))) === undefined)
    throw new StorageError('away', `Nothing of ${id} is there.`);
  return bytes;
};

/** The lines of a chunk. Rejects with `StorageError`, `missing` or `corrupt` when it is not what was taken in. */
export const readChunkInput = async (storage: Storage, work: Manifest, chunk: Chunk): Promise<Line[]> => {
  const path = layout.input(work.id, chunk.index);
  const bytes = await readInput(storage, work, chunk);
  if (!bytes) throw new StorageError('missing', `${path} is gone.`);
  if (sha256(bytes) !== chunk.sha256) throw new StorageError('corrupt', `${path} is not what was taken in.`);
  return splitLines(bytes).map((line, at) => ({ work, index: chunk.firstLine + at, ...readLine(line) }));
};

/**
 * The ids of a chunk's lines, as far as they can be read: undefined for lines that are lost or damaged. Enough to tell what came of
 * lines when they cannot be run any more. Rejects with `StorageError`, not for what is missing or corrupt.
 */
export const readCustomIds = async (
  storage: Storage,
  work: Manifest,
  chunk: Chunk,
): Promise<(string | undefined)[]> => {
  const lines = splitLines((await readInput(storage, work, chunk)) ?? Buffer.alloc(0));
  // With a line more or less it is not certain whose answer is whose.
  if (lines.length !== chunk.lines) return Array.from({ length: chunk.lines }, () => undefined);
  return lines.map((line) => {
    const { customId } = readLine(line);
    return CUSTOM_ID.test(customId) ? customId : undefined;
  });
};
