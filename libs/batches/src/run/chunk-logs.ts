import { layout } from '../layout.js';
import type { Chunk, Manifest } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { type AnsweredRecord, decodeRecord } from './log-record.js';

/** An answer, and the log that has it. */
export interface LoggedAnswer extends AnsweredRecord {
  log: string;
}

/** What the logs of a chunk say, all of them together. */
export interface ChunkLogs {
  /** By line, in the order of the epochs; more than one where a worker went on that had lost the chunk. */
  answers: ReadonlyMap<number, readonly LoggedAnswer[]>;
  /** By line: how often it was about to be sent. */
  starts: ReadonlyMap<number, number>;
  /** The highest that a log is named for. */
  epoch: number;
}

/** A log is one worker's alone: `epoch.token.part`. A worker begins another part when it cannot write to the last. */
export const logName = ({ epoch, token }: { epoch: number; token: string }, part: number): string =>
  `${epoch}.${token}.${part}`;

export const epochOf = (log: string): number => Number(log.split('.', 1)[0]);

const logNames = async ({ storage }: WorkStore, { id }: Manifest, chunk: number): Promise<string[]> => {
  const names: string[] = [];
  for await (const name of storage.children(layout.logsOf(id, chunk))) names.push(name);
  return names.sort((one, other) => epochOf(one) - epochOf(other));
};

/**
 * Reads the logs of a chunk, lowest epoch first. Damaged records are reported and left out, so that their lines are run again;
 * so are answers that came after the deadline. Rejects with `StorageError`.
 */
export const readChunkLogs = async (store: WorkStore, work: Manifest, { index }: Chunk): Promise<ChunkLogs> => {
  const answers = new Map<number, LoggedAnswer[]>();
  const starts = new Map<number, number>();
  let highest = 0;
  for (const log of await logNames(store, work, index)) {
    highest = Math.max(highest, epochOf(log));
    const path = layout.log(work.id, index, log);
    const damaged = (damage: string) => store.report('batches.damaged', { path, damage });
    for await (const bytes of store.storage.readLog(path, damaged)) {
      const record = decodeRecord(bytes);
      const { line } = record;
      if (record.letter === undefined) starts.set(line, (starts.get(line) ?? 0) + 1);
      else if (record.at < work.expiresAt) {
        // A record shares its memory with others, which should not be kept with it.
        const answer = { ...record, log, result: Buffer.from(record.result) };
        answers.set(line, [...(answers.get(line) ?? []), answer]);
      }
    }
  }
  return { answers, starts, epoch: highest };
};
