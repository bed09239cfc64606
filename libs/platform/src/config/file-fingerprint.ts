import { stat } from 'node:fs/promises';

/** What tells one state of a file from the next, through symbolic links; undefined when there is no file. */
export const fingerprintOf = async (file: string): Promise<string | undefined> => {
  const found = await stat(file, { bigint: true }).catch(() => undefined);
  return found && [found.dev, found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
};
