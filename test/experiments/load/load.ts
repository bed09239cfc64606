import { setTimeout as pause } from 'node:timers/promises';
import type { CallRecord } from './call-record.js';
import { Caller, type Question } from './caller.js';
import { epochMs } from './load-answer.js';
import { type Pace, schedule } from './schedule.js';

export interface LoadOptions extends Pace {
  /** Each gets every so-manieth call. */
  urls: readonly string[];
  /** The same for all, or one for the nth. */
  question: Question | ((n: number) => Question);
  /** Told of every answer, with its body. */
  answered?: (record: CallRecord, body: Buffer) => void;
}

/** Calls that start when they are meant to, whether others have been answered or not. */
export class Load {
  /** Calls that are over, in that order. */
  readonly records: CallRecord[] = [];
  /** Milliseconds since the epoch. */
  readonly startedAt = epochMs();
  /** Resolves when every call is over. */
  readonly done: Promise<readonly CallRecord[]>;
  private stopped = false;

  private constructor(private readonly options: LoadOptions) {
    this.done = this.run();
  }

  /** Begins at once. */
  static start(options: LoadOptions): Load {
    return new Load(options);
  }

  /** Resolves so many milliseconds after the start. */
  async reached(ms: number): Promise<void> {
    await pause(Math.max(0, this.startedAt + ms - epochMs()));
  }

  /** Calls that were meant to start in that time, counted from the load's start. */
  startedBetween(fromMs: number, toMs: number): CallRecord[] {
    const { startedAt } = this;
    return this.records.filter(({ intendedAt }) => intendedAt >= startedAt + fromMs && intendedAt < startedAt + toMs);
  }

  /** Starts no more calls. */
  stop(): void {
    this.stopped = true;
  }

  private async run(): Promise<readonly CallRecord[]> {
    const callers = this.options.urls.map((url, replica) => new Caller(url, replica));
    const answers: Promise<void>[] = [];
    const moments = schedule(this.options, Math.random);
    for (const [n, at] of moments.entries()) {
      const wait = this.startedAt + at - epochMs();
      if (wait > 1) await pause(wait);
      if (this.stopped) break;
      const caller = callers[n % callers.length];
      if (caller) answers.push(this.ask(caller, n, this.startedAt + at));
    }
    await Promise.all(answers);
    await Promise.all(callers.map((caller) => caller.close()));
    return this.records;
  }

  private ask(caller: Caller, n: number, intendedAt: number): Promise<void> {
    const { question, answered } = this.options;
    return new Promise((resolve) => {
      caller.ask(typeof question === 'function' ? question(n) : question, {
        n,
        replica: caller.replica,
        intendedAt,
        over: (record, body) => {
          this.records.push(record);
          answered?.(record, body);
          resolve();
        },
      });
    });
  }
}
