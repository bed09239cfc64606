import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A key of the demonstration: the name of the file that holds it, and how it begins. */
interface DemoKey {
  file: string;
  prefix: string;
}

/** For calls. */
export const DEMO_KEY: DemoKey = { file: 'demo-key', prefix: 'sk-demo-' };
/** For `/admin`. */
export const DEMO_ADMIN_KEY: DemoKey = { file: 'demo-admin-key', prefix: 'sk-demo-admin-' };

/** The key of a demonstration that has been run from here; undefined when there was none. */
export const keptDemoKey = async (dataFolder: string, { file }: DemoKey): Promise<string | undefined> => {
  const kept = (await readFile(join(dataFolder, file), 'utf8').catch(() => '')).trim();
  return /^[\w-]{32,}$/.test(kept) ? kept : undefined;
};

/** The key of the demonstration. It is kept in a file that only its owner reads, so that a pasted line goes on working. */
export const demoKey = async (dataFolder: string, which: DemoKey): Promise<string> => {
  const kept = await keptDemoKey(dataFolder, which);
  if (kept) return kept;
  const key = which.prefix + randomBytes(24).toString('base64url');
  await mkdir(dataFolder, { recursive: true });
  await writeFile(join(dataFolder, which.file), `${key}\n`, { mode: 0o600 });
  return key;
};
