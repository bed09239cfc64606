import { crashPoint } from '../crash-point.js';
import type { EndRecord } from '../end/end-record.js';
import { LiveEvents } from '../events/live-events.js';
import { layout } from '../layout.js';
import { patiently } from '../patiently.js';
import { decideJob, readJobEnd } from '../seal/job-result.js';
import { unlessDamaged } from '../unless-damaged.js';
import type { Line, RanLine } from '../work.js';
import { failedLine } from './failed-line.js';
import type { Grace } from './grace.js';
import type { HeldClaim } from './held-claim.js';
import type { RunOutcome, Running } from './work-runner.js';

/**
 * One holder's run of a job. Its answer goes straight into the object that ends it: one line needs no log, and whoever creates that
 * object first has decided.
 */
export class JobRun {
  private readonly calls: AbortSignal;
  private readonly records: AbortSignal;
  /** It was sent, and has no answer that is kept. */
  inFlight = false;

  constructor(
    private readonly running: Running,
    private readonly held: HeldClaim,
    private readonly grace: Grace,
  ) {
    this.calls = AbortSignal.any([held.runs, grace.callsEnd]);
    this.records = AbortSignal.any([held.holds, grace.recordsEnd]);
  }

  /** Rejects when the claim is lost, or the time to stop is over. */
  async run(params: Buffer): Promise<RunOutcome> {
    const { store, ender } = this.running;
    const { work } = this.held.claim;
    const look = () => this.patiently('looking for a result', () => readJobEnd(store, work.id));
    const ended = await unlessDamaged(store, look, { path: layout.result(work.id), instead: undefined });
    if (ended) {
      await this.patiently('ending a job', () => ender.adopt(work, ended));
      return 'done';
    }
    const events = new LiveEvents(store.redis, work.id, this.held.claim.epoch);
    const record = await this.grace.whileAnswering(async () => {
      const ran = await this.answer({ work, index: 0, customId: work.id, params }, events);
      events.end(ran !== undefined);
      return ran && this.keep(ran, events);
    });
    if (!record) return this.cutOff();
    await this.patiently('ending a job', () => ender.adopt(work, record));
    return 'done';
  }

  /** Undefined when it was not begun, or was cut off. */
  private async answer(line: Line, events: LiveEvents): Promise<RanLine | undefined> {
    const starts = AbortSignal.any([this.held.runs, this.grace.stop]);
    let release: (() => void) | undefined;
    try {
      release = await this.running.slots.take(line, starts);
      await this.held.untilSure(starts);
      this.inFlight = true;
      if (this.held.claim.resent > 0) this.running.onSentAgain?.(line.work);
      return await this.running.runner.run(line, this.calls, events);
    } catch (error) {
      if (starts.aborted) return undefined;
      this.running.store.report('batches.line_failed', { work: line.work.id, line: 0, error: String(error) });
      return failedLine();
    } finally {
      release?.();
    }
  }

  private async keep(ran: RanLine, events: LiveEvents): Promise<EndRecord> {
    const { store } = this.running;
    const { work, startedAt, resent: duplicateCalls } = this.held.claim;
    crashPoint('job.answered');
    const sent = { startedAt, duplicateCalls };
    const how = store.now() < work.expiresAt ? { ...ran, ...events.kept } : { rest: 'expired' as const };
    const record = await this.patiently('keeping a result', () => decideJob(store, work, { ...how, ...sent }));
    this.inFlight = false;
    return record;
  }

  private async cutOff(): Promise<RunOutcome> {
    this.held.holds.throwIfAborted();
    if (!this.held.runs.aborted) return 'unfinished';
    const { store, ender } = this.running;
    const { work, startedAt, resent: duplicateCalls } = this.held.claim;
    await this.patiently('canceling a job', async () => {
      const { cancelInitiatedAt } = (await store.states.find(work.id)) ?? {};
      const rest = cancelInitiatedAt === undefined ? 'expired' : 'canceled';
      await ender.adopt(work, await decideJob(store, work, { rest, startedAt, duplicateCalls }));
    });
    return 'done';
  }

  private patiently<T>(what: string, attempt: () => Promise<T>): Promise<T> {
    return patiently(attempt, { signal: this.records, report: this.running.store.report, what });
  }
}
