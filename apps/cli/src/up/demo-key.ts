import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const fileIn = (dataFolder: string): string => join(dataFolder, 'demo-key');

/** The key of a demonstration that has been run from here; undefined when there was none. */
export const keptDemoKey = async (dataFolder: string): Promise<string | undefined> => {
  const kept = (await readFile(fileIn(dataFolder), 'utf8').catch(() => '')).trim();
  return /^[\w-]{32,}$/.test(kept) ? kept : undefined;
};

/** The key of the demonstration. It is kept in a file that only its owner reads, so that a pasted line goes on working. */
export const demoKey = async (dataFolder: string): Promise<string> => {
  const kept = await keptDemoKey(dataFolder);
  if (kept) return kept;
  const key = `sk-demo-${randomBytes(24).toString('base64url')}`;
  await mkdir(dataFolder, { recursive: true });
  await writeFile(fileIn(dataFolder), `${key}\n`, { mode: 0o600 });
  return key;
};
