import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The key of the demonstration. It is kept in a file that only its owner reads, so that a pasted line goes on working. */
export const demoKey = async (dataFolder: string): Promise<string> => {
  const file = join(dataFolder, 'demo-key');
  const kept = (await readFile(file, 'utf8').catch(() => '')).trim();
  if (/^[\w-]{32,}$/.test(kept)) return kept;
  const key = `sk-demo-${randomBytes(24).toString('base64url')}`;
  await mkdir(dataFolder, { recursive: true });
  await writeFile(file, `${key}\n`, { mode: 0o600 });
  return key;
};
