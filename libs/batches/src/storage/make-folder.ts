import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './file-fault.js';

/**
 * Makes a folder and those that lead to it. Node's own recursive `mkdir` tries for ever where a file system refuses new names with
 * ENOENT although the parent is there, as `/proc` does; a configuration that names such a place has to be refused instead.
 */
export const makeFolder = async (folder: string): Promise<void> => {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return;
    if (code !== 'ENOENT' || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder).catch((again: unknown) => {
      if (systemCode(again) !== 'EEXIST') throw again;
    });
  }
};
