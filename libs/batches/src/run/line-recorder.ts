import { crashPoint } from '../crash-point.js';
import { patiently } from '../patiently.js';
import type { CountedLine } from '../redis/chunk-claims.js';
import type { RanLine } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { AnswerLog } from './answer-log.js';
import type { ChunkLogs } from './chunk-logs.js';
import type { HeldClaim } from './held-claim.js';

/** Lines counted by one call. More would let Redis do nothing else for longer than a millisecond. */
const MOST_AT_ONCE = 64;

/** Redis does not know the work, as after a loss. It will, once it was compared with storage. */
class NotKnownYet extends Error {}

/** Records what comes of the lines of a held chunk: first in the log, then in the counts. */
export class LineRecorder {
  readonly log: AnswerLog;
  private readonly uncounted: CountedLine[] = [];
  private counting: Promise<void> | undefined;
  private failure: unknown;

  /** `signal` aborts when nothing can or should be recorded any more. */
  constructor(
    private readonly store: WorkStore,
    private readonly held: HeldClaim,
    private readonly signal: AbortSignal,
  ) {
    this.log = new AnswerLog(store, held.claim, signal);
  }

  /** Counts what the logs have. It costs little when it has been counted. */
  recount({ answers }: ChunkLogs): void {
    // The first one is counted, unless another was before a loss; either has been answered, and the seal takes one.
    for (const [line, [answer]] of answers)
      if (answer) this.count({ line, letter: answer.letter, log: answer.log, usage: answer.usage });
  }

  /** Resolves when the answer is durable: it is not lost any more, and is counted as soon as Redis can. False: it came too late. */
  async record(line: number, { result, usage }: RanLine): Promise<boolean> {
    const at = this.store.now();
    // Too late, by however little: it will be said that the line expired.
    if (at >= this.held.claim.work.expiresAt) {
      this.held.over();
      return false;
    }
    const letter = result.type === 'succeeded' ? 's' : 'e';
    const bytes = Buffer.from(JSON.stringify(result));
    const log = await this.log.answered({ line, letter, usage, at, result: bytes });
    crashPoint('wal.appended');
    this.count({ line, letter, log, usage });
    return true;
  }

  /** Resolves when all that was recorded is counted; rejects with the reason of the signal. */
  async settle(): Promise<void> {
    await this.counting;
    if (this.failure !== undefined) throw this.failure;
  }

  private count(line: CountedLine): void {
    this.uncounted.push(line);
    this.counting ??= this.countAll();
  }

  /** Never rejects, because nobody may be waiting. */
  private async countAll(): Promise<void> {
    try {
      while (this.uncounted.length > 0) {
        const lines = this.uncounted.slice(0, MOST_AT_ONCE);
        const wait = { signal: this.signal, report: this.store.report, what: 'counting answers' };
        if (!(await patiently(() => this.commit(lines), wait))) this.held.lose();
        this.uncounted.splice(0, lines.length);
        crashPoint('commit.recorded');
      }
    } catch (error) {
      this.failure = error;
    } finally {
      // At once after the last look, so that whatever comes then is counted anew.
      this.counting = undefined;
    }
  }

  private async commit(lines: readonly CountedLine[]): Promise<boolean> {
    const { claims } = this.store;
    const state = await claims.commit(this.held.claim, lines);
    if (state === 'recorded') return true;
    // Redis may have lost the claim, and just got the work back: then the chunk is still ours for the asking.
    const isOurs = state === 'stale' && !['stale', 'missing'].includes(await claims.renew(this.held.claim));
    if (state === 'missing' || isOurs) throw new NotKnownYet('Redis does not know it yet.');
    return false;
  }
}
