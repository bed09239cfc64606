import { mkdir, open, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RedisProgram } from '#platform';
import { Failure } from '../failure.js';
import { Child } from './child.js';
import { freePort } from './free-port.js';
import { dataFolderOf, pingRedis, shutDownRedis } from './ping-redis.js';

/** A Redis to use, and how it came to be. */
export interface AcquiredRedis {
  url: string;
  /** One line for people, without a password. */
  origin: string;
  /** The process, if it was started here and dies with us. */
  child: Child | undefined;
  /** Stops it if it was started here. */
  stop(hurry?: AbortSignal): Promise<void>;
}

const PATIENCE_MS = 30_000;
const LOG = 'redis.log';
/** Holds the port of the server that runs on a folder, and the process that will stop it. */
const RECORD = 'running';

/** Queues must never lose an entry to memory pressure, nor accepted work to a restart. */
const SETTINGS = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction', '--daemonize', 'no'];

const serverArguments = ({ view }: RedisProgram, port: number, folder: string): string[] => {
  const seen = view ?? { port, folder, bind: '127.0.0.1' };
  return ['--port', String(seen.port), '--bind', seen.bind, '--dir', seen.folder, ...SETTINGS];
};

const lastLines = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trim().split('\n').slice(-5).join('\n');
};

const untilReady = async (child: Child, url: string, log: string): Promise<void> => {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const problem = await pingRedis(url).then(() => undefined, String);
    if (problem === undefined) return;
    if (child.isGone)
      throw new Failure(`${child.name} stopped with ${await child.gone}. ${log} ends with:\n${await lastLines(log)}`);
    if (performance.now() > deadline) throw new Failure(`${child.name} does not answer (${problem}); see ${log}.`);
    await delay(25);
  }
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

const record = (folder: string, port: string | number): Promise<void> =>
  writeFile(join(folder, RECORD), `${port} ${process.pid}`);

const forget = (folder: string): Promise<void> => rm(join(folder, RECORD), { force: true });

/**
 * The server that runs on a folder already, for two on the same data would ruin it. One whose starter was killed is ours from
 * now on, so that it ends some day.
 */
export const findRunningServer = async (folder: string): Promise<AcquiredRedis | undefined> => {
  const text = await readFile(join(folder, RECORD), 'utf8').catch(() => '');
  const [, port, starter] = /^(\d+) (\d+)$/.exec(text) ?? [];
  if (port === undefined) return undefined;
  const url = `redis://127.0.0.1:${port}`;
  if ((await dataFolderOf(url)) !== (await realpath(folder))) return undefined;
  const origin = `the redis-server that runs on ${folder} already`;
  if (isAlive(Number(starter))) return { url, origin, child: undefined, stop: () => Promise.resolve() };
  await record(folder, port);
  const stop = async (): Promise<void> => {
    await shutDownRedis(url);
    await forget(folder);
  };
  return { url, origin, child: undefined, stop };
};

const startChild = async (
  program: RedisProgram,
  place: { port: number; folder: string; log: string },
): Promise<Child> => {
  const { port, folder, log } = place;
  const output = await open(log, 'a');
  try {
    return await Child.start({
      name: program.name,
      command: program.command,
      args: [...program.prefix(port, folder), ...serverArguments(program, port, folder)],
      env: program.env,
      stdio: ['ignore', output.fd, output.fd],
      stopSignal: 'SIGTERM',
    });
  } finally {
    await output.close();
  }
};

/** Runs a server of our own on a free port of the loopback address. Resolves when it answers. */
export const startRedisServer = async (program: RedisProgram, folder: string): Promise<AcquiredRedis> => {
  await mkdir(folder, { recursive: true });
  const port = await freePort();
  const log = join(folder, LOG);
  const child = await startChild(program, { port, folder, log });

  const url = `redis://127.0.0.1:${port}`;
  const stop = async (hurry?: AbortSignal): Promise<void> => {
    await child.stop(hurry);
    await forget(folder);
  };
  try {
    await untilReady(child, url, log);
  } catch (error) {
    await stop();
    throw error;
  }
  await record(folder, port);
  return { url, origin: `${program.name} on port ${port}, its data in ${folder}`, child, stop };
};
