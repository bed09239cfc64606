import { mkdir, mkdtemp, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RedisProgram } from './redis-program.js';
import { runProgram } from './run-program.js';

const BINARY = 'usr/bin/redis-server';

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

/** The packages that installing redis-server would add to this machine, it included. None where apt knows of none. */
export const missingPackages = (simulation: string): string[] =>
  [...simulation.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? '').filter((name) => name !== '');

const plan = async (env: NodeJS.ProcessEnv): Promise<string[]> => {
  const simulation = await runProgram('apt-get', ['--simulate', '--no-install-recommends', 'install', 'redis-server'], {
    env,
  });
  return missingPackages(simulation ?? '');
};

/** Fetches and unpacks packages without installing them: no privileges, and no service that starts by itself. */
const unpack = async (packages: readonly string[], folder: string, env: NodeJS.ProcessEnv): Promise<boolean> => {
  if ((await runProgram('apt-get', ['download', ...packages], { env, cwd: folder })) === undefined) return false;
  const archives = (await readdir(folder)).filter((name) => name.endsWith('.deb'));
  for (const archive of archives) {
    if ((await runProgram('dpkg-deb', ['--extract', archive, '.'], { env, cwd: folder })) === undefined) return false;
    await rm(join(folder, archive));
  }
  return exists(join(folder, BINARY));
};

const fill = async (cache: string, env: NodeJS.ProcessEnv): Promise<boolean> => {
  let packages = await plan(env);
  if (packages.length === 0 && process.getuid?.() === 0) {
    await runProgram('apt-get', ['update'], { env });
    packages = await plan(env);
  }
  if (packages.length === 0) return false;
  await mkdir(dirname(cache), { recursive: true });
  const work = await mkdtemp(`${cache}-`);
  try {
    if (!(await unpack(packages, work, env))) return false;
    // Whoever comes second finds the first one's, which is as good.
    await rename(work, cache).catch(() => undefined);
    return await exists(join(cache, BINARY));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
};

/** Where Debian and its kin put shared libraries, by architecture. */
const libraryFolders = async (cache: string): Promise<string[]> => {
  const found: string[] = [];
  for (const parent of ['usr/lib', 'lib']) {
    const names = await readdir(join(cache, parent)).catch(() => []);
    found.push(...names.filter((name) => name.includes('-linux-')).map((name) => join(cache, parent, name)));
  }
  return found;
};

/**
 * The redis-server of Debian or Ubuntu, unpacked into a folder of ours. Undefined where there is no apt, or it knows of none.
 * The binary is a link into redis-tools and needs libraries that the machine may lack, which is why the simulation is asked.
 */
export const debianRedis = async (
  cache: string,
  { env, say }: { env: NodeJS.ProcessEnv; say: (line: string) => void },
): Promise<RedisProgram | undefined> => {
  if (!(await exists(join(cache, BINARY)))) {
    if ((await runProgram('apt-get', ['--version'], { env })) === undefined) return undefined;
    say('fetching redis-server from the distribution (1.5 MB, nothing is installed) …');
    if (!(await fill(cache, env))) return undefined;
  }
  const libraries = [...(await libraryFolders(cache)), env.LD_LIBRARY_PATH ?? ''].filter((path) => path !== '');
  return {
    name: 'redis-server (unpacked from the distribution)',
    command: join(cache, BINARY),
    prefix: () => [],
    env: { ...env, LD_LIBRARY_PATH: libraries.join(':') },
  };
};
