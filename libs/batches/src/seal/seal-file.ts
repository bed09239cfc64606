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

/** A sealed chunk: its header and its lines. */
export interface Seal {
  header: SealHeader;
  lines: Buffer[];
}

const parseSeal = (path: string, bytes: Buffer): Seal => {
  const [first = Buffer.alloc(0), ...lines] = splitLines(bytes);
  return { header: parseHeader(path, first), lines };
};

/** A sealed chunk with so many of its lines; undefined while it is not sealed. Reads no more than it must. Rejects with `StorageError`. */
export const readSealHead = async (storage: Storage, path: string, lines: number): Promise<Seal | undefined> => {
  const pieces: Buffer[] = [];
  let left = lines + 1;
  try {
    for await (const piece of storage.stream(path)) {
      let end = 0;
      while (left > 0 && (end = piece.indexOf(LINE_FEED, end) + 1) > 0) left--;
      pieces.push(left === 0 ? piece.subarray(0, end) : piece);
      if (left === 0) break;
    }
  } catch (error) {
    if (error instanceof StorageError && error.code === 'missing') return undefined;
    throw error;
  }
  return parseSeal(path, Buffer.concat(pieces));
};

/** Undefined while the chunk is not sealed. Reads no more than it must. Rejects with `StorageError`. */
export const readSealHeader = async (storage: Storage, path: string): Promise<SealHeader | undefined> =>
  (await readSealHead(storage, path, 0))?.header;

/** A whole sealed chunk; undefined while it is not sealed. Rejects with `StorageError`. */
export const readSeal = async (storage: Storage, path: string): Promise<Seal | undefined> => {
  const bytes = await storage.read(path);
  return bytes && parseSeal(path, bytes);
};
