import type { StorageAddress } from '#core';
import type { Draft } from './draft.js';

const PATH = ['storage'];
const BUCKET = /^s3:\/\/([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])(?:\/(.*))?$/;

/** Reads `storage`: `file:FOLDER` or `s3://BUCKET/PREFIX`. */
export const readStorageAddress = (draft: Draft, fallback: string): StorageAddress | undefined => {
  const value = draft.at(PATH) ?? fallback;
  const text = typeof value === 'string' ? value : '';
  const [, bucket, prefix = ''] = BUCKET.exec(text) ?? [];
  if (bucket !== undefined) return { kind: 's3', bucket, prefix: prefix.replace(/\/+$/, '') };
  const folder = text.startsWith('file:') ? text.slice('file:'.length).replace(/^\/\/(?=\/)/, '') : '';
  if (folder !== '' && !folder.startsWith('//')) return { kind: 'file', folder };
  draft.fault(PATH, `is not a place to store in; write file:./data or s3://bucket/prefix`);
  return undefined;
};
