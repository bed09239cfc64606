import { resolve } from 'node:path';
import { findRedisProgram, type RedisProgram, runProgram } from '#platform';
import { Failure } from '../failure.js';
import { maskPassword, pingRedis } from './ping-redis.js';
import { type AcquiredRedis, findRunningServer, startRedisServer } from './redis-server.js';

export type { AcquiredRedis };

/** Where to look for a Redis, and where one of our own may keep its things. */
export interface AcquireRedisOptions {
  /** `REDIS_URL` names the one that was given; without it one of our own is looked for in `PATH`. */
  env: NodeJS.ProcessEnv;
  /** The folder of our own one's data. */
  dataFolder: string;
  /** Where a server may be unpacked for later starts. */
  cacheFolder: string;
  /** Told what takes long. */
  say: (line: string) => void;
}

const HOW_TO_GET_ONE = [
  'There is no Redis to use. Any of these helps:',
  '  REDIS_URL=redis://HOST:PORT npm start                 a Redis that you have',
  '  sudo apt-get install redis-server, or brew install redis, or a running Docker',
].join('\n');

/** The client can be there without an engine, so the engine is asked. */
const dockerServer = async (env: NodeJS.ProcessEnv): Promise<RedisProgram | undefined> => {
  if ((await runProgram('docker', ['info'], { env, timeoutMs: 10_000 })) === undefined) return undefined;
  return {
    name: 'redis (in Docker)',
    command: 'docker',
    prefix: (port, folder) =>
      `run --rm --publish 127.0.0.1:${port}:6379 --volume`
        .split(' ')
        .concat(`${folder}:/data`, 'redis:7', 'redis-server'),
    view: { folder: '/data', port: 6379, bind: '0.0.0.0' },
    env,
  };
};

/** Checks the Redis that was given: another is never used in its place. */
const givenRedis = async (url: string): Promise<AcquiredRedis> => {
  await pingRedis(url).catch((error: Error) => {
    throw new Failure(
      `${maskPassword(url)} does not answer (${error.message}); start it, or unset REDIS_URL to use one of our own.`,
    );
  });
  return { url, origin: maskPassword(url), child: undefined, stop: () => Promise.resolve() };
};

/**
 * Takes the Redis that was given, or else starts one of our own: a server on the path, the distribution's, or a container's. One
 * that nobody gave us is never written to. Throws a `Failure` that says how to get one.
 */
export const acquireRedis = async ({
  env,
  dataFolder,
  cacheFolder,
  say,
}: AcquireRedisOptions): Promise<AcquiredRedis> => {
  if (env.REDIS_URL) return givenRedis(env.REDIS_URL);
  const folder = resolve(dataFolder);
  const running = await findRunningServer(folder);
  if (running) return running;
  const program = (await findRedisProgram({ env, cacheFolder, say })) ?? (await dockerServer(env));
  if (!program) throw new Failure(HOW_TO_GET_ONE);
  return startRedisServer(program, folder);
};
