import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { RedisProgram } from '#platform';

/** What a test wants of its Redis. */
export interface TestRedisOptions {
  /** Without it any free one. */
  port?: number;
  /** Keeps a log of every write, so that nothing is lost when it is killed. Without it only `stop` keeps what was written. */
  appendOnly?: boolean;
  /** As Redis writes it: `64mb`. When it is reached, writes are refused. */
  maxMemory?: string;
}

const NONE_THERE =
  'Tests need a redis-server: install it (apt-get install redis-server, brew install redis), or run them on Debian or Ubuntu, where it is fetched.';

/** Loaded when first needed, for it brings all of the platform along and few tests want a Redis. */
const findProgram = async (): Promise<RedisProgram> => {
  const { findRedisProgram } = await import('#platform');
  const program = await findRedisProgram({
    env: process.env,
    cacheFolder: resolve('.cache/redis'),
    say: () => undefined,
  });
  if (!program) throw new Error(NONE_THERE);
  return program;
};

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address ? address.port : 0;
};

/** Resolves when the server says that it takes connections, its data loaded. */
const untilReady = (child: ChildProcess): Promise<void> =>
  new Promise((ready, reject) => {
    const said: string[] = [];
    createInterface({ input: child.stdout ?? process.stdin }).on('line', (line) => {
      said.push(line);
      if (line.includes('Ready to accept connections')) ready();
    });
    child.once('exit', () => reject(new Error(`redis-server did not start:\n${said.slice(-5).join('\n')}`)));
  });

/** Resolves when it answers. */
const run = async (program: RedisProgram, args: readonly string[]): Promise<ChildProcess> => {
  const child = spawn(program.command, [...args], { env: program.env, stdio: ['ignore', 'pipe', 'pipe'] });
  // A test run that ends early must not leave a server behind.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  await once(child, 'spawn');
  await untilReady(child);
  return child;
};

/** A real Redis in a process of its own, with its data in a temporary folder; made to be ill-treated. */
export class TestRedis {
  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly launch: () => Promise<ChildProcess>,
    private child: ChildProcess,
  ) {}

  static async start({ port, appendOnly = false, maxMemory }: TestRedisOptions): Promise<TestRedis> {
    const program = await findProgram();
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-redis-'));
    const taken = port ?? (await freePort());
    const args = [
      '--port',
      String(taken),
      '--bind',
      '127.0.0.1',
      '--dir',
      folder,
      '--save',
      appendOnly ? '' : '3600 1',
    ];
    args.push('--appendonly', appendOnly ? 'yes' : 'no', '--maxmemory-policy', 'noeviction');
    if (maxMemory !== undefined) args.push('--maxmemory', maxMemory);
    const launch = (): Promise<ChildProcess> => run(program, args);
    return new TestRedis(taken, folder, launch, await launch());
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Hangs: connections stay open and are even accepted, and nothing is answered. */
  pause(): void {
    this.child.kill('SIGSTOP');
  }

  /** Goes on where it was paused, and answers all that came in between. */
  resume(): void {
    this.child.kill('SIGCONT');
  }

  /** Dies without a word to anybody. Resolves when it is gone. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** Starts it again on the same port with the data that it kept; one that still runs is stopped in order before. */
  async restart(): Promise<void> {
    this.resume();
    await this.#end('SIGTERM');
    this.child = await this.launch();
  }

  /** Ends it, with all its data. Later calls do nothing. */
  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill(signal);
    await gone;
  }
}

/** Starts a Redis of a test's own. Resolves when it answers. */
export const startTestRedis = (options: TestRedisOptions = {}): Promise<TestRedis> => TestRedis.start(options);
