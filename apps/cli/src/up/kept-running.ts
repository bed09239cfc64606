import { setTimeout as pause } from 'node:timers/promises';
import { Failure } from '../failure.js';
import type { Child } from './child.js';

/** Before it is started again. */
const PAUSE_MS = 1_000;
/** One that ends so often in a row, each time within this time, will not be better the next time. */
const MOST_IN_A_ROW = 5;
const SOON_MS = 10_000;

export interface KeptRunningOptions {
  start: () => Promise<Child>;
  say: (line: string) => void;
  /** Milliseconds. */
  now?: () => number;
  pauseMs?: number;
}

/** A process that may end, and is started again: a worker leaves by itself when it finds that it cannot go on. */
export class KeptRunning {
  /** Rejects with a `Failure` when it is not to be kept running. */
  readonly lost: Promise<never>;
  private readonly stopping = new AbortController();

  private constructor(
    private child: Child,
    private readonly options: KeptRunningOptions,
  ) {
    this.lost = this.watch();
    this.lost.catch(() => undefined);
  }

  static async start(options: KeptRunningOptions): Promise<KeptRunning> {
    return new KeptRunning(await options.start(), options);
  }

  /** Ends it, and starts it no more. */
  async stop(hurry?: AbortSignal): Promise<void> {
    this.stopping.abort();
    await this.child.stop(hurry);
  }

  private async watch(): Promise<never> {
    const { start, say, now = () => performance.now(), pauseMs = PAUSE_MS } = this.options;
    for (let inARow = 0; ; ) {
      const startedAt = now();
      const { name } = this.child;
      const how = await this.child.gone;
      if (this.stopping.signal.aborted) return new Promise(() => undefined);
      inARow = now() - startedAt < SOON_MS ? inARow + 1 : 1;
      if (inARow >= MOST_IN_A_ROW)
        throw new Failure(`The ${name} stopped by itself again and again (${how}), so everything stops.`);
      say(`the ${name} stopped by itself (${how}); it is started again`);
      await pause(pauseMs);
      if (this.stopping.signal.aborted) return new Promise(() => undefined);
      this.child = await start();
    }
  }
}
