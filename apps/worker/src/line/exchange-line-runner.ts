import { setTimeout as pause } from 'node:timers/promises';
import type { AnswerEvents, Line, LineRunner, LineStatus, RanLine } from '#batches';
import { ApiError, errorEnvelope, mintId } from '#core';
import type { Exchange, Settlement } from '#exchange';
import { type Config, randomByte } from '#platform';
import type { BookedSlots } from '../slots/booked-slots.js';
import type { Slot } from '../slots/slot.js';
import { type LineAdmission, urgencyOf } from './line-admission.js';
import { StreamSink, WholeSink } from './recording-sink.js';
import { Spent } from './spent.js';
import { onAbort } from './on-abort.js';
import { verdictOf } from './verdict.js';

/** Tries of a line that is sent and fails. Each of them may ask several upstreams. */
const MOST_FAILURES = 8;
/** Between them, and between the refusals of a job: doubling, with as much jitter. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 60_000;

export interface LineRunnerParts {
  exchange: Exchange;
  admission: LineAdmission;
  slots: BookedSlots;
  config: () => Config;
  /** Uniform in [0, 1). */
  random: () => number;
  /** Every call that was made for a line. */
  onSettled: (settlement: Settlement) => void;
  /** The line has a result. */
  onEnded: (line: Line, status: LineStatus) => void;
  /** A fault of ours. The line ends with an error, and nothing else is harmed. */
  onFault: (line: Line, error: unknown) => void;
}

/** Runs lines on the way of every call, until each has an answer. */
export class ExchangeLineRunner implements LineRunner {
  constructor(private readonly parts: LineRunnerParts) {}

  async run(line: Line, signal: AbortSignal, events?: AnswerEvents): Promise<RanLine> {
    const ran = await this.toTheEnd(new LineTries(this.parts, { line, signal, events }), line, signal);
    this.parts.onEnded(line, ran.result.type);
    return ran;
  }

  private async toTheEnd(tries: LineTries, line: Line, signal: AbortSignal): Promise<RanLine> {
    try {
      return await tries.run();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof ApiError) return tries.errored(error);
      this.parts.onFault(line, error);
      return tries.errored(new ApiError('api_error', 'Internal error while the request was run.'));
    }
  }
}

/** One line, from its first try to its result. */
class LineTries {
  private readonly spent = new Spent();
  private requestId = mintId('req', randomByte);
  private failures = 0;
  private refusals = 0;

  constructor(
    private readonly parts: LineRunnerParts,
    private readonly given: { line: Line; signal: AbortSignal; events: AnswerEvents | undefined },
  ) {}

  /** Rejects with the `ApiError` that is the answer, or with the signal's reason. */
  async run(): Promise<RanLine> {
    const { line, signal } = this.given;
    for (let slot = this.parts.slots.claim(line); ; ) {
      const tried = await this.try(slot);
      if ('result' in tried) return tried;
      await this.pause(tried);
      slot = await this.parts.slots.again(line, tried.route, signal);
    }
  }

  errored(error: ApiError): RanLine {
    return {
      result: { type: 'errored', error: errorEnvelope(error.error, this.requestId) },
      usage: this.spent.totals,
    };
  }

  /** Gives up the slot, whatever happens. Without a result: where and when to try again. */
  private async try(slot: Slot): Promise<RanLine | { route: string; waitMs: number }> {
    try {
      const { line, signal, events } = this.given;
      signal.throwIfAborted();
      const call = this.parts.admission.admit(line);
      this.requestId = call.requestId;
      slot.goes(call.route.name);
      events?.anew();
      const sink = call.request.stream ? new StreamSink((event, data) => events?.add(event, data)) : new WholeSink();
      const stopListening = onAbort(signal, () => sink.leave());
      const settlement = await this.parts.exchange.answer(call, sink).finally(stopListening);
      this.account(settlement);
      signal.throwIfAborted();
      return this.judge(settlement, sink.message, slot);
    } finally {
      slot.release();
    }
  }

  private judge(settlement: Settlement, message: Record<string, unknown> | undefined, slot: Slot) {
    const verdict = verdictOf(settlement, message !== undefined);
    const route = settlement.call.route.name;
    switch (verdict.kind) {
      case 'answered':
        slot.answered();
        return this.succeeded(message ?? {});
      case 'final':
        slot.answered();
        throw verdict.error;
      case 'held':
        slot.held(verdict.retryAfterMs);
        return { route, waitMs: this.refusalPause(verdict.retryAfterMs) };
      case 'refused':
        slot.troubled(verdict.retryAfterMs);
        return { route, waitMs: this.refusalPause(verdict.retryAfterMs) };
      case 'failed':
        slot.troubled(verdict.retryAfterMs);
        if (++this.failures >= MOST_FAILURES) throw verdict.error;
        return { route, waitMs: Math.max(this.backoff(this.failures), verdict.retryAfterMs ?? 0) };
    }
  }

  private succeeded(message: Record<string, unknown>): RanLine {
    const { usage } = message;
    if (this.given.line.work.kind === 'batch' && typeof usage === 'object' && usage !== null)
      message.usage = { ...usage, service_tier: 'batch' };
    return { result: { type: 'succeeded', message }, usage: this.spent.totals };
  }

  private account(settlement: Settlement): void {
    const { route } = settlement.call;
    const prices = this.parts.config().catalog.models.find(({ name }) => name === route.name)?.prices;
    this.spent.add(settlement.usage, prices);
    this.parts.onSettled(settlement);
  }

  /** A batch's lines wait for a slot, which comes when the upstreams take lines again; whoever is not limited waits here. */
  private refusalPause(retryAfterMs: number | undefined): number {
    if (urgencyOf(this.given.line.work) === 'batch') return 0;
    return Math.max(this.backoff(++this.refusals), retryAfterMs ?? 0);
  }

  private backoff(times: number): number {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (times - 1));
    return longest * (0.5 + this.parts.random() / 2);
  }

  private async pause({ waitMs }: { waitMs: number }): Promise<void> {
    const { signal } = this.given;
    if (waitMs > 0) await pause(waitMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}
