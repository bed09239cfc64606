import { randomBytes } from 'node:crypto';
import type { WorkKind } from './work.js';

const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const LENGTH = 22;

/** `msgbatch_01…` or `msgjob_01…`: 128 random bits, so that nobody guesses another's. */
export const mintWorkId = (kind: WorkKind): string => {
  let id = kind === 'batch' ? 'msgbatch_01' : 'msgjob_01';
  const length = id.length + LENGTH;
  while (id.length < length)
    // Bytes past the last multiple of 58 are skipped, so that no letter is likelier.
    for (const byte of randomBytes(LENGTH)) if (byte < 232 && id.length < length) id += ALPHABET[byte % 58];
  return id;
};
