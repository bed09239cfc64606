import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

/** The compiled command, from the project's root; `npm test` builds before it runs anything. */
const COMMAND = resolve('dist/apps/cli/src/main.js');

/** The key that test configurations hold. */
export const TEST_KEY = 'sk-test-0123456789abcdef';

/** A line of a gateway's log. */
export type LogLine = Record<string, unknown> & { msg?: string };

type Section = Record<string, unknown>;

/** A configuration: providers and models are the test's, the rest is the least that works. */
export const testConfig = (parts: { providers: Section; models: Section } & Section): Section => ({
  listen: { drain_delay: '0s' },
  keys: [{ name: 'test', secret: TEST_KEY }],
  ...parts,
});

/** A provider entry with one credential. */
export const provider = (kind: 'anthropic' | 'openai', baseUrl: string, more: Section = {}): Section => ({
  kind,
  base_url: baseUrl,
  credentials: [{ name: 'main', api_key: 'upstream-secret' }],
  ...more,
});

/** A gateway in a process of its own, as an operator would run it. */
export class GatewayProcess {
  readonly log: LogLine[] = [];
  /** Everything on standard error. */
  errors = '';
  private readonly watchers = new Set<() => void>();

  private constructor(
    readonly configFile: string,
    private readonly child: ChildProcess,
    readonly exited: Promise<number | null>,
  ) {}

  url = '';

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Resolves when it listens; rejects with what it printed when it does not. */
  static async start(config: Section, env: NodeJS.ProcessEnv = {}): Promise<GatewayProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'switchyard-test-'));
    const file = join(folder, 'switchyard.yaml');
    await writeFile(file, JSON.stringify(config, null, 2));
    const child = spawn(process.execPath, [COMMAND, 'gateway', '--config', file, '--port', '0'], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const exited = once(child, 'exit').then(([code]) => code as number | null);
    const gateway = new GatewayProcess(file, child, exited);
    void exited.then(() => rm(folder, { recursive: true, force: true }));
    await gateway.listening();
    return gateway;
  }

  /** POST with the test key; `body` is sent as it is when it is bytes or text. */
  post(path: string, body: unknown, init: { headers?: Record<string, string>; signal?: AbortSignal } = {}) {
    const raw = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    return fetch(this.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': TEST_KEY, ...init.headers },
      body: raw,
      signal: init.signal,
    });
  }

  get(path: string, headers: Record<string, string> = { 'x-api-key': TEST_KEY }): Promise<Response> {
    return fetch(this.url + path, { headers });
  }

  /** The first log line, past or future, that fits. */
  async logged(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.log.find(fits);
      if (found) return found;
      await new Promise<void>((resolve) => this.watchers.add(resolve));
    }
  }

  /** The log line of the call with that `request-id`. */
  loggedCall(requestId: string | null): Promise<LogLine> {
    return this.logged(({ request_id }) => request_id === requestId);
  }

  /** Puts another configuration in the file's place at one stroke; text is written as it is. */
  async rewrite(config: Section | string): Promise<void> {
    const beside = `${this.configFile}.new`;
    await writeFile(beside, typeof config === 'string' ? config : JSON.stringify(config, null, 2));
    await rename(beside, this.configFile);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Ends it and waits for that. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null) this.child.kill('SIGINT');
    await this.exited;
  }

  private async listening(): Promise<void> {
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    const ready = new Promise<void>((resolve) => {
      createInterface({ input: this.child.stdout ?? process.stdin }).on('line', (line) => {
        this.take(line);
        if (this.url) resolve();
      });
    });
    const died = this.exited.then((code) => {
      throw new Error(`The gateway exited with ${code}:\n${this.errors}`);
    });
    died.catch(() => undefined);
    await Promise.race([ready, died]);
  }

  private take(line: string): void {
    const listening = /^switchyard gateway listening on (\S+)$/.exec(line);
    if (listening?.[1]) this.url = listening[1];
    if (line.startsWith('{')) this.log.push(JSON.parse(line) as LogLine);
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }
}
