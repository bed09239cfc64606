import { StorageError } from '../storage/storage-error.js';
import type { Storage } from '../storage/storage.js';
import type { SealHeader } from './seal-header.js';

const LINE_FEED = 0x0a;

/** A line of the results file. `result` is JSON. */
export const resultLine = (customId: string, result: Buffer | string): Buffer =>
  Buffer.concat([Buffer.from(`{"custom_id":"${customId}","result":`), Buffer.from(result), Buffer.from('}\n')]);

export const encodeSeal = (header: SealHeader, lines: readonly Buffer[]): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), ...lines]);

const parseHeader = (path: string, line: Buffer): SealHeader => {
  try {
    return JSON.parse(line.toString('utf8'));
  } catch (error) {
    throw new StorageError('corrupt', `${path} cannot be read.`, error);
  }
};

/** Undefined while the chunk is not sealed. Reads no more than it must. Rejects with `StorageError`. */
export const readSealHeader = async (storage: Storage, path: string): Promise<SealHeader | undefined> => {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of storage.stream(path)) {
      const end = piece.indexOf(LINE_FEED);
      pieces.push(end === -1 ? piece : piece.subarray(0, end));
      if (end !== -1) return parseHeader(path, Buffer.concat(pieces));
    }
  } catch (error) {
    if (error instanceof StorageError && error.code === 'missing') return undefined;
    throw error;
  }
  throw new StorageError('corrupt', `${path} has no first line.`);
};

/** The lines of a whole object, each with its line feed. */
export const splitLines = (bytes: Buffer): Buffer[] => {
  const lines: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = bytes.indexOf(LINE_FEED, start) + 1 || bytes.length;
    lines.push(bytes.subarray(start, end));
    start = end;
  }
  return lines;
};

/** A whole sealed chunk: its header and its lines. Undefined while it is not sealed. Rejects with `StorageError`. */
export const readSeal = async (
  storage: Storage,
  path: string,
): Promise<{ header: SealHeader; lines: Buffer[] } | undefined> => {
  const bytes = await storage.read(path);
  if (!bytes) return undefined;
  const [first, ...lines] = splitLines(bytes);
  return { header: parseHeader(path, first ?? Buffer.alloc(0)), lines };
};
