import { readFile } from 'node:fs/promises';
import { Draft } from './draft.js';
import type { Environment } from './environment-reference.js';

/**
 * The secret of one of `keys`, for a client that runs where the gateway's configuration is: what was loaded has digests only.
 * Undefined when there is no such key. Rejects when the file cannot be read.
 */
export const keySecret = async (file: string, name: string, env: Environment): Promise<string | undefined> => {
  const draft = new Draft(await readFile(file, 'utf8'), env);
  const path = draft.entries(['keys']).find((entry) => draft.text([...entry, 'name']) === name);
  return path && draft.text([...path, 'secret']);
};
