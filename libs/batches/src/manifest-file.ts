import { createHash } from 'node:crypto';
import { layout } from './layout.js';
import { type Storage } from './storage/storage.js';
import { StorageError } from './storage/storage-error.js';
import type { Chunk, Manifest } from './work.js';

const LINE_FEED = 0x0a;

/** A manifest as stored: one line of JSON, and in a job's behind it the params, so that taking a job in is one write. */
export interface StoredManifest {
  manifest: Manifest;
  /** Of a job, until it is archived. */
  params: Buffer;
}

export const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

/** The one chunk of a job. */
export const jobChunk = (params: Buffer): Chunk => ({
  index: 0,
  firstLine: 0,
  lines: 1,
  bytes: params.length,
  sha256: sha256(params),
});

export const encodeManifest = ({ manifest, params }: StoredManifest): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(manifest)}\n`), params]);

/** Undefined when there is none: then there is no such work. Rejects with `StorageError`. */
export const readManifest = async (storage: Storage, id: string): Promise<StoredManifest | undefined> => {
  const stored = await storage.read(layout.manifest(id));
  if (!stored) return undefined;
  const end = stored.indexOf(LINE_FEED);
  try {
    return { manifest: JSON.parse(stored.toString('utf8', 0, end)), params: stored.subarray(end + 1) };
  } catch (error) {
    throw new StorageError('corrupt', `The manifest of ${id} cannot be read.`, error);
  }
};
