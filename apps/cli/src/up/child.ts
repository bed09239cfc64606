import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process';
import { Failure } from '../failure.js';

/** How to start a child process. */
export interface ChildOptions {
  /** What it is called when something is said of it. */
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  /** With an `ipc` channel the child learns of this process's death. */
  stdio: StdioOptions;
  /** Asks it to end its work and leave. */
  stopSignal: NodeJS.Signals;
}

/** A process that was started here and is stopped here. */
export class Child {
  readonly name: string;
  /** Resolves when it is gone, to how: `exit code 1`, `SIGKILL`. */
  readonly gone: Promise<string>;
  readonly #process: ChildProcess;
  readonly #stopSignal: NodeJS.Signals;
  #isGone = false;

  private constructor(process: ChildProcess, { name, stopSignal }: ChildOptions) {
    this.name = name;
    this.#process = process;
    this.#stopSignal = stopSignal;
    this.gone = new Promise((resolve) => {
      process.once('exit', (code, signal) => {
        this.#isGone = true;
        resolve(signal ?? `exit code ${code}`);
      });
    });
  }

  /** Resolves once the process runs, which is not yet to say that it works. */
  static async start(options: ChildOptions): Promise<Child> {
    const process = spawn(options.command, options.args, {
      env: options.env,
      stdio: options.stdio,
      // A group of its own: Ctrl-C reaches only the parent, which then stops its children in order.
      detached: true,
    });
    await new Promise<void>((resolve, reject) => {
      process.once('spawn', resolve);
      process.once('error', (error) => reject(new Failure(`${options.name} cannot be started: ${error.message}`)));
    });
    return new Child(process, options);
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Asks it to leave and waits until it has; once `hurry` is aborted it is not asked any more. */
  async stop(hurry?: AbortSignal): Promise<void> {
    if (this.#isGone) return;
    const kill = (): void => void this.#process.kill('SIGKILL');
    hurry?.addEventListener('abort', kill);
    this.#process.kill(hurry?.aborted ? 'SIGKILL' : this.#stopSignal);
    await this.gone;
    hurry?.removeEventListener('abort', kill);
  }
}
