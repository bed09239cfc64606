import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { debianRedis } from './debian-redis.js';
import type { RedisProgram } from './redis-program.js';

/** Where to look for a program that runs as a Redis server. */
export interface FindRedisProgramOptions {
  /** An installed one is looked for in its `PATH`. */
  env: NodeJS.ProcessEnv;
  /** Where one may be unpacked for later starts. */
  cacheFolder: string;
  /** Told what takes long. */
  say: (line: string) => void;
}

const SERVERS = ['redis-server', 'valkey-server', 'keydb-server'];

const installedServer = async (env: NodeJS.ProcessEnv): Promise<RedisProgram | undefined> => {
  for (const name of SERVERS)
    for (const folder of (env.PATH ?? '').split(delimiter).filter((entry) => entry !== '')) {
      const command = join(folder, name);
      const runs = await access(command, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (runs) return { name, command, prefix: () => [], env };
    }
  return undefined;
};

/** A server that this machine can run by itself: an installed one, else the distribution's. Undefined where it has neither. */
export const findRedisProgram = async ({
  env,
  cacheFolder,
  say,
}: FindRedisProgramOptions): Promise<RedisProgram | undefined> =>
  (await installedServer(env)) ?? (await debianRedis(resolve(cacheFolder), { env, say }));
