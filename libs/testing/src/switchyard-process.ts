import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { ConfigFile } from './config-file.js';
import type { Section } from './test-config.js';

/** The compiled command, from the project's root; `npm test` builds before it runs anything. */
const COMMAND = resolve('dist/apps/cli/src/main.js');

/** A line of a process's log. */
export type LogLine = Record<string, unknown> & { msg?: string };

/** What is run, and how it shows that it is ready. */
export interface Launch {
  /** The word after `switchyard`, and what follows the configuration. */
  role: string;
  args: readonly string[];
  /** What it prints when it is ready. */
  ready: RegExp;
}

/** How long a process that was asked to stop may take before it is killed. */
const STOP_MS = 20_000;

/** One of Switchyard's own commands in a process of its own, as an operator would run it. */
export class SwitchyardProcess {
  readonly log: LogLine[] = [];
  /** Everything on standard error. */
  errors = '';
  /** Resolves to its exit code when it is gone; null when a signal ended it. */
  readonly exited: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly watchers = new Set<() => void>();
  private readyLine: RegExpExecArray | undefined;

  protected constructor(
    private readonly launch: Launch,
    readonly config: ConfigFile,
    env: NodeJS.ProcessEnv,
  ) {
    const { role, args } = launch;
    this.child = spawn(process.execPath, [COMMAND, role, '--config', config.path, ...args], {
      env: { PATH: process.env.PATH, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.exited = once(this.child, 'exit').then(([code]) => code as number | null);
    // A test run that ends early must not leave a process behind.
    const end = (): void => void this.child.kill('SIGKILL');
    process.once('exit', end);
    void this.exited.then(() => process.off('exit', end));
    this.read();
  }

  /** The file of its own that a configuration is written to, or the one that it shares with others. */
  protected static async fileFor(config: Section | ConfigFile): Promise<{ file: ConfigFile; isOwn: boolean }> {
    if (config instanceof ConfigFile) return { file: config, isOwn: false };
    return { file: await ConfigFile.write(config), isOwn: true };
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get configFile(): string {
    return this.config.path;
  }

  /** The first log line, past or future, that fits. */
  async logged(fits: (line: LogLine) => boolean): Promise<LogLine> {
    for (;;) {
      const found = this.log.find(fits);
      if (found) return found;
      await this.change();
    }
  }

  /** Puts another configuration in the file's place at one stroke; text is written as it is. */
  async rewrite(config: Section | string): Promise<void> {
    await this.config.rewrite(config);
  }

  signal(name: NodeJS.Signals): void {
    this.child.kill(name);
  }

  /** Dies without a word to anybody. Resolves when it is gone. */
  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }

  /** Asks it to end and waits for that; kills it if it will not. */
  async stop(): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      this.child.kill('SIGCONT');
      this.child.kill('SIGINT');
    }
    const late = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    await this.exited;
    clearTimeout(late);
  }

  /** Resolves to what it printed when it was ready; rejects with all that it printed if it never is. */
  protected async ready(): Promise<RegExpExecArray> {
    const died = this.exited.then((code) => {
      throw new Error(`The ${this.launch.role} exited with ${code}:\n${this.errors}`);
    });
    died.catch(() => undefined);
    while (!this.readyLine) await Promise.race([this.change(), died]);
    return this.readyLine;
  }

  private read(): void {
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.errors += chunk.toString();
    });
    createInterface({ input: this.child.stdout ?? process.stdin }).on('line', (line) => this.take(line));
  }

  private take(line: string): void {
    this.readyLine ??= this.launch.ready.exec(line) ?? undefined;
    // The last line of one that was killed may be cut.
    if (line.startsWith('{') && line.endsWith('}')) this.log.push(JSON.parse(line) as LogLine);
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.watchers.add(resolve));
  }
}
