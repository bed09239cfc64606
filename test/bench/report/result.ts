import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** From `dist/test/bench/report`. */
const ROOT = resolve(import.meta.dirname, '../../../..');

/** Writes a result that was taken at `at` (RFC 3339), under `data/bench`, and to `also` if there is one. Returns the paths. */
export const writeResult = async (at: string, result: object, also: string | undefined): Promise<string[]> => {
  const folder = join(ROOT, 'data/bench');
  await mkdir(folder, { recursive: true });
  const files = [join(folder, `${at.replaceAll(':', '-')}.json`), ...(also === undefined ? [] : [resolve(also)])];
  await Promise.all(files.map((file) => writeFile(file, `${JSON.stringify(result, undefined, 2)}\n`)));
  return files;
};
