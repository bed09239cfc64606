import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { ProbeQuestion, Usage } from './probe.js';

/** Compiled, from the project's root, whoever runs this from source. */
const PROBE = pathToFileURL(resolve('dist/test/bench/processes/probe.js')).href;

/** A process gets so long to listen, and so long to stop. */
const PATIENCE_MS = 15_000;

export interface MeasuredProcessOptions {
  name: string;
  /** The file that it runs, and its arguments; before it, flags of Node. */
  command: readonly string[];
  /** Where its output goes. */
  logFolder: string;
}

/** A process of this benchmark: it listens somewhere, says so in a line with its address, and can be asked what it uses. */
export class MeasuredProcess {
  private constructor(
    private readonly child: ChildProcess,
    readonly name: string,
    /** Where it listens, without a slash at the end. */
    readonly url: string,
    private readonly logFile: string,
  ) {}

  /** Resolves when it listens. Rejects when it ends or keeps silent instead. */
  static async start({ name, command, logFolder }: MeasuredProcessOptions): Promise<MeasuredProcess> {
    const logFile = join(logFolder, `${name}.log`);
    // Straight into the file, so that a log costs its writer what it would cost in service, and nobody else anything.
    const log = await open(logFile, 'a');
    const child = spawn(process.execPath, ['--import', PROBE, ...command], {
      // Whatever is set here for other purposes: no spans, so that every run has the same features.
      env: { ...process.env, OTEL_TRACES_EXPORTER: 'none' },
      stdio: ['ignore', log.fd, log.fd, 'ipc'],
    });
    await log.close();
    for (const until = performance.now() + PATIENCE_MS; performance.now() < until && child.exitCode === null; ) {
      const url = / on (http:\/\/[^\s/]+)/.exec(await readFile(logFile, 'utf8'))?.[1];
      if (url) return new MeasuredProcess(child, name, url, logFile);
      await pause(20);
    }
    child.kill('SIGKILL');
    throw new Error(`${name} did not listen. It said:\n${await readFile(logFile, 'utf8')}`);
  }

  /** Everything it has printed. */
  log(): Promise<string> {
    return readFile(this.logFile, 'utf8');
  }

  /** What it has used so far. */
  usage(): Promise<Usage> {
    return this.ask({ ask: 'usage' });
  }

  /** Resident memory in bytes, garbage collected. */
  async heldMemory(): Promise<number> {
    return (await this.ask({ ask: 'held-memory' })).residentBytes;
  }

  /** From now on, `usage` tells how late the event loop was. */
  async watchLoop(): Promise<void> {
    await this.ask({ ask: 'watch-loop' });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async startProfile(): Promise<void> {
    await this.ask({ ask: 'start-profile' });
  }

  async stopProfile(file: string): Promise<void> {
    await this.ask({ ask: 'stop-profile', file });
  }

  /** Interrupts it; kills it if that is not enough. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const gone = once(this.child, 'exit');
    this.child.kill('SIGINT');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), PATIENCE_MS);
    await gone;
    clearTimeout(timer);
  }

  /** One question at a time: answers are not numbered. */
  private async ask(question: ProbeQuestion): Promise<Usage> {
    const died = new AbortController();
    const onExit = () => died.abort(new Error(`${this.name} has ended`));
    this.child.once('exit', onExit);
    try {
      const answer = once(this.child, 'message', { signal: died.signal });
      this.child.send(question);
      return ((await answer) as [Usage])[0];
    } finally {
      this.child.off('exit', onExit);
    }
  }
}
