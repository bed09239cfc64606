import { layout } from '../layout.js';
import { patiently } from '../patiently.js';
import type { ChunkClaim } from '../redis/chunk-claims.js';
import type { Log } from '../storage/storage.js';
import type { WorkStore } from '../work-store.js';
import { logName } from './chunk-logs.js';
import { type AnsweredRecord, encodeAnswered, encodeStarted } from './log-record.js';

interface OpenedLog {
  log: Log;
  name: string;
}

/** Writes the log of one holder of a chunk. While storage cannot be written, answers wait and nothing new should be started. */
export class AnswerLog {
  private part = 0;
  private open: Promise<OpenedLog> | undefined;
  private failing = 0;
  private wellAgain: (() => void)[] = [];

  constructor(
    private readonly store: WorkStore,
    private readonly claim: ChunkClaim,
    private readonly signal: AbortSignal,
  ) {}

  /** Resolves when nothing waits for storage; rejects with the reason of the signal. */
  async untilWell(): Promise<void> {
    while (this.failing > 0) {
      this.signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        this.wellAgain.push(resolve);
      });
    }
  }

  /** Nobody waits for this note: it only makes a count exact, and is durable with the next answer at the latest. */
  started(line: number): void {
    this.opened()
      .then(({ log }) => log.append(encodeStarted(line)))
      .catch(() => undefined);
  }

  /** Resolves with the log's name when the answer is durable, however long that takes; rejects with the reason of the signal. */
  async answered(record: AnsweredRecord): Promise<string> {
    const bytes = encodeAnswered(record);
    let tried = false;
    try {
      return await patiently(
        async () => {
          const opened = this.opened();
          try {
            const { log, name } = await opened;
            await log.append(bytes);
            return name;
          } catch (error) {
            if (!tried) this.failing++;
            tried = true;
            await this.giveUp(opened);
            throw error;
          }
        },
        { signal: this.signal, report: this.store.report, what: 'keeping an answer' },
      );
    } finally {
      if (tried) this.recovered();
    }
  }

  async close(): Promise<void> {
    if (this.open) await this.giveUp(this.open);
  }

  private opened(): Promise<OpenedLog> {
    const { work, chunk } = this.claim;
    this.open ??= (async () => {
      const name = logName(this.claim, this.part++);
      return { log: await this.store.storage.openLog(layout.log(work.id, chunk.index, name)), name };
    })();
    return this.open;
  }

  /** A log that could not be written may be unable to for ever: the next try goes to another. */
  private async giveUp(failed: Promise<OpenedLog>): Promise<void> {
    if (this.open === failed) this.open = undefined;
    await failed.then(({ log }) => log.close()).catch(() => undefined);
  }

  private recovered(): void {
    this.failing--;
    if (this.failing > 0) return;
    for (const resolve of this.wellAgain.splice(0)) resolve();
  }
}
