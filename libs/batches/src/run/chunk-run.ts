import { layout } from '../layout.js';
import { patiently } from '../patiently.js';
import type { Sealed } from '../seal/chunk-sealer.js';
import { unlessDamaged } from '../unless-damaged.js';
import type { Line } from '../work.js';
import { readChunkInput } from './chunk-input.js';
import { type ChunkLogs, readChunkLogs } from './chunk-logs.js';
import { failedLine, lostLine } from './failed-line.js';
import type { Grace } from './grace.js';
import type { HeldClaim } from './held-claim.js';
import { LineRecorder } from './line-recorder.js';
import type { RunOutcome, Running } from './work-runner.js';

/** Answers may be found damaged while they are sealed, and are run again then; so often in a row is a broken disk. */
const MOST_ROUNDS = 5;

/** Lines for which a slot is wanted at the same time: who asks for one after the other waits a turn of the event loop for each. */
const ASKED_AT_ONCE = 16;

/** One holder's run of one chunk of a batch: what the logs have is taken over, the rest is run, then the chunk is sealed. */
export class ChunkRun {
  private readonly recorder: LineRecorder;
  private readonly starts: AbortSignal;
  private readonly calls: AbortSignal;
  private readonly records: AbortSignal;

  constructor(
    private readonly running: Running,
    private readonly held: HeldClaim,
    private readonly grace: Grace,
  ) {
    this.starts = AbortSignal.any([held.runs, grace.stop]);
    this.calls = AbortSignal.any([held.runs, grace.callsEnd]);
    this.records = AbortSignal.any([held.holds, grace.recordsEnd]);
    this.recorder = new LineRecorder(running.store, held, this.records);
  }

  /** Rejects when the claim is lost, the time to stop is over, or storage has lost what it was given. */
  async run(): Promise<RunOutcome> {
    const { sealer } = this.running;
    const { work, chunk } = this.held.claim;
    try {
      const adopted = await this.patiently('looking for results', () => sealer.adopt(work, chunk));
      if (adopted) return await this.finish(adopted);
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const isAnswered = await this.answer();
        if (!isAnswered && !this.held.runs.aborted) return 'unfinished';
        const partly = this.held.runs.aborted;
        const sealed = await this.patiently('sealing', () => sealer.seal(work, chunk, { partly }));
        if (sealed !== 'incomplete') return await this.finish(sealed);
      }
    } finally {
      await this.recorder.log.close();
    }
    throw new Error(`Answers to chunk ${chunk.index} of ${work.id} are damaged again and again.`);
  }

  /** Runs what has no answer in the logs. False when lines are left. */
  private async answer(): Promise<boolean> {
    const { store } = this.running;
    const { work, chunk } = this.held.claim;
    const logs = await this.patiently('reading answers', () => readChunkLogs(store, work, chunk));
    this.recorder.recount(logs);
    let left = chunk.lines - logs.answers.size;
    if (left > 0) {
      const path = layout.input(work.id, chunk.index);
      const read = () => this.patiently('reading requests', () => readChunkInput(store.storage, work, chunk));
      const lines = await unlessDamaged(store, read, { path, instead: undefined });
      const missing = lines?.filter((_, line) => !logs.answers.has(line));
      left -= await (missing ? this.grace.whileAnswering(() => this.runLines(missing, logs)) : this.giveUp(logs));
    }
    await this.recorder.settle();
    this.held.holds.throwIfAborted();
    return left === 0;
  }

  /** What cannot be read can never be run: resolves with how many lines have failed by that. */
  private async giveUp({ answers }: ChunkLogs): Promise<number> {
    const places = Array.from({ length: this.held.claim.chunk.lines }, (_, place) => place);
    const unanswered = places.filter((place) => !answers.has(place));
    const recorded = await Promise.all(unanswered.map((place) => this.recorder.record(place, lostLine())));
    return recorded.filter(Boolean).length;
  }

  /** Resolves with how many were answered when none is under way any more. */
  private async runLines(lines: readonly Line[], { starts }: ChunkLogs): Promise<number> {
    const underWay = new Set<Promise<boolean>>();
    let answered = 0;
    const waiting = lines.values();
    const ask = async (): Promise<void> => {
      for (const line of waiting) {
        const release = await this.permit(line);
        if (!release) break;
        if (starts.has(this.placeOf(line))) this.running.onSentAgain?.(line.work);
        const ends = this.runLine(line, release);
        underWay.add(ends);
        void ends.then((isAnswered) => {
          answered += isAnswered ? 1 : 0;
          return underWay.delete(ends);
        });
      }
    };
    // All of them, whichever fails: none may begin a line when the others are no more waited for.
    const asked = await Promise.allSettled(Array.from({ length: ASKED_AT_ONCE }, ask));
    await Promise.all(underWay);
    for (const asking of asked) if (asking.status === 'rejected') throw asking.reason;
    return answered;
  }

  /** Undefined when nothing more is to be begun. */
  private async permit(line: Line): Promise<(() => void) | undefined> {
    let release: (() => void) | undefined;
    try {
      await this.recorder.log.untilWell();
      release = await this.running.slots.take(line, this.starts);
      await this.held.untilSure(this.starts);
      return release;
    } catch (error) {
      release?.();
      if (this.starts.aborted || this.records.aborted) return undefined;
      throw error;
    }
  }

  /** Never rejects. False: the line was cut off, or its answer could not be kept. */
  private async runLine(line: Line, release: () => void): Promise<boolean> {
    const place = this.placeOf(line);
    this.recorder.log.started(place);
    try {
      const ran = await this.running.runner.run(line, this.calls).catch((error: unknown) => {
        this.calls.throwIfAborted();
        this.running.store.report('batches.line_failed', {
          work: line.work.id,
          line: line.index,
          error: String(error),
        });
        return failedLine();
      });
      // The slot is the line's until its answer is kept: no more calls than there are slots can be lost, and so made twice.
      return await this.recorder.record(place, ran);
    } catch {
      return false;
    } finally {
      release();
    }
  }

  private placeOf({ index }: Line): number {
    return index - this.held.claim.chunk.firstLine;
  }

  private async finish(sealed: Sealed): Promise<RunOutcome> {
    if (sealed === 'last' || this.held.runs.aborted) await this.running.ender.finish(this.held.claim.work);
    return 'done';
  }

  private patiently<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    return patiently(attempt, { signal: this.records, report: this.running.store.report, what });
  }
}
