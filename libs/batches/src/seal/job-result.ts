import { crashPoint } from '../crash-point.js';
import type { EndRecord } from '../end/end-record.js';
import { decideOnce } from '../decide-once.js';
import { layout } from '../layout.js';
import type { LineResult, Manifest, RanLine } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { encodeSeal, readSeal, readSealHead, readSealHeader, resultLine, type Seal } from './seal-file.js';
import type { SealHeader } from './seal-header.js';

/** An event of a job as it is kept: its name and its data. */
export type KeptEvent = readonly [event: string, data: string];

/** The events of an answer from its beginning. */
export interface KeptEvents {
  /** Names the run that they are of: a worker's try. No two of a job have the same. */
  run: number;
  /** Undefined when they were too many to keep. */
  events: readonly KeptEvent[] | undefined;
}

/** What is known of the runs of a job to whoever ends it. */
type Runs = Pick<EndRecord, 'startedAt' | 'duplicateCalls'>;

/** What came of a job, with all its events. */
type Answered = RanLine & KeptEvents & Runs;

/** What becomes of a job that has no answer. */
type Unanswered = Pick<EndRecord, 'rest'> & Runs;

const NOBODY_COUNTED = { succeeded: 0, errored: 0, canceled: 0, expired: 0 };

/** The record of a job's end, and the object that says so. */
interface Decision {
  ended: EndRecord;
  bytes: Buffer;
}

const answered = (work: Manifest, answer: Answered, endedAt: number): Decision => {
  const { result, usage, startedAt, duplicateCalls, run, events } = answer;
  const succeeded = result.type === 'succeeded';
  const counts = { ...NOBODY_COUNTED, [succeeded ? 'succeeded' : 'errored']: 1 };
  const runs = { startedAt, duplicateCalls };
  const ended: EndRecord = { version: 1, ...runs, endedAt, counts, usage, rest: 'canceled', sealed: 'gA==' };
  const statuses = succeeded ? 's' : 'e';
  const header: SealHeader = { version: 1, statuses, usage, duplicateCalls, ended };
  const lines = [resultLine(work.id, JSON.stringify(result))];
  if (!events) return { ended, bytes: encodeSeal(header, lines) };
  lines.push(Buffer.from(`${JSON.stringify(events)}\n`));
  return { ended, bytes: encodeSeal({ ...header, eventsRun: run }, lines) };
};

const unanswered = ({ rest, startedAt, duplicateCalls }: Unanswered, endedAt: number): Decision => {
  const counts = { ...NOBODY_COUNTED, [rest]: 1 };
  const runs = { startedAt, duplicateCalls };
  const ended: EndRecord = { version: 1, ...runs, endedAt, counts, usage: {}, rest, sealed: '' };
  return { ended, bytes: encodeSeal({ version: 1, statuses: '-', usage: {}, duplicateCalls, ended }, []) };
};

/**
 * Ends a job in storage with one object, whose first creator decides how: with an answer, or canceled, or expired. Gives back what
 * was decided. Rejects with `StorageError`.
 */
export const decideJob = async (store: WorkStore, work: Manifest, how: Answered | Unanswered): Promise<EndRecord> => {
  const endedAt = Math.max(store.now(), work.createdAt);
  const { ended, bytes } = 'rest' in how ? unanswered(how, endedAt) : answered(work, how, endedAt);
  const read = () => readJobEnd(store, work.id);
  const decided = await decideOnce(store, layout.result(work.id), { bytes, ours: ended, read });
  crashPoint('job.written');
  if (!decided) throw new Error(`the result of ${work.id} was removed while it ended`);
  return decided;
};

/** How a job has ended; undefined while it has not. Rejects with `StorageError`. */
export const readJobEnd = async ({ storage }: Pick<WorkStore, 'storage'>, id: string): Promise<EndRecord | undefined> =>
  (await readSealHeader(storage, layout.result(id)))?.ended;

const resultOf = ({ header, lines: [first] }: Seal): LineResult =>
  first ? JSON.parse(first.toString('utf8')).result : { type: header.ended?.rest ?? 'canceled' };

/** A job's result; undefined while it has not ended, or when its result is not kept any more. Rejects with `StorageError`. */
export const readJobResult = async (
  { storage }: Pick<WorkStore, 'storage'>,
  id: string,
): Promise<LineResult | undefined> => {
  const stored = await readSealHead(storage, layout.result(id), 1);
  return stored && resultOf(stored);
};

/** The same with its events, which may be many times as long. */
export const readJobEvents = async (
  { storage }: Pick<WorkStore, 'storage'>,
  id: string,
): Promise<({ result: LineResult } & KeptEvents) | undefined> => {
  const stored = await readSeal(storage, layout.result(id));
  if (!stored) return undefined;
  const { header, lines } = stored;
  const events: readonly KeptEvent[] | undefined = lines[1] && JSON.parse(lines[1].toString('utf8'));
  return { result: resultOf(stored), events, run: header.eventsRun ?? 0 };
};
