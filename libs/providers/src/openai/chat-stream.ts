import type { Failure, StopReason, Usage } from '#core';
import { NO_USAGE } from '#core';
import { badAnswer, cutAnswer } from '../shared/failures.js';
import { countOf, recordOf, textOf } from '../shared/json-value.js';
import { BlockQueue, type BlockSource } from './block-queue.js';
import { readDelta, type Piece } from './chat-delta.js';
import { usageOf, wireUsage } from './chat-usage.js';
import { errorInside } from './explain.js';
import { isTruncated, stopOf, type StopFields } from './stop-reason.js';

/** What an answer needs to know about the request it answers. */
export interface AnswerContext extends BlockSource {
  messageId: string;
  /** The name the caller asked for, which is the name that answers. */
  model: string;
  stopSequences: readonly string[];
}

const LONGEST_REFUSAL_CHARS = 64 * 1024;

const isFailure = (end: StopFields | Failure): end is Failure => 'kind' in end;

/**
 * The state machine between the chunks of a chat completion and the events of the Messages wire. Takes chunks in any
 * spelling, gives events in the one grammar, and stops for good at the first thing that makes the answer unusable.
 */
export class ChatStream {
  private readonly queue: BlockQueue;
  private started = false;
  private reason = '';
  private stopString: string | undefined;
  private refusal = '';
  failure: Failure | undefined;
  finished = false;
  usage: Usage = NO_USAGE;
  stopReason: StopReason | null = null;
  /** The upstream's name for what answered. */
  model: string | null = null;
  outputChars = 0;

  constructor(private readonly context: AnswerContext) {
    this.queue = new BlockQueue(context);
  }

  /** One chunk, or a whole completion, already parsed. */
  accept(value: unknown): void {
    const chunk = recordOf(value);
    if (this.finished || this.failure) return;
    if (!chunk) return this.fail(badAnswer('something that is not a chunk of an answer'));
    this.failure = errorInside(chunk);
    if (this.failure) return;
    this.start(chunk);
    if (recordOf(chunk.usage)) this.usage = usageOf(chunk.usage);
    this.takeChoice(chunk);
    // The numbers are the last thing to come, so there is no need to wait for the end of the body.
    if (this.reason !== '' && countOf(recordOf(chunk.usage)?.completion_tokens)) this.end();
  }

  /** Nothing more will come. Without a `finish_reason` before it, that is a cut. */
  end(): void {
    if (this.finished || this.failure) return;
    if (this.reason === '') return this.fail(cutAnswer());
    this.queue.close(isTruncated(this.reason));
    const { hasCalls } = this.queue;
    const stop = stopOf({ reason: this.reason, stopString: this.stopString, hasCalls, refusal: this.refusal });
    if (this.queue.fault !== undefined) return this.fail(badAnswer(this.queue.fault));
    if (isFailure(stop)) this.fail(stop);
    else this.stop(stop);
  }

  /** Nothing that comes after the end can spoil the answer. */
  fail(failure: Failure): void {
    if (!this.finished) this.failure ??= failure;
  }

  private start(chunk: Record<string, unknown>): void {
    this.model ??= textOf(chunk.model) || null;
    if (this.started) return;
    this.started = true;
    const { messageId: id, model } = this.context;
    this.context.emit({
      type: 'message_start',
      message: {
        id,
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: wireUsage(NO_USAGE, 0), // the true numbers come at the end, in message_delta
      },
    });
  }

  private takeChoice(chunk: Record<string, unknown>): void {
    const choices: unknown[] = Array.isArray(chunk.choices) ? chunk.choices : [];
    const choice = choices.map(recordOf).find((candidate) => candidate && (candidate.index ?? 0) === 0);
    if (!choice) return;
    const whole = recordOf(choice.message);
    for (const piece of readDelta(recordOf(choice.delta) ?? whole ?? {}, whole !== undefined)) this.takePiece(piece);
    if (this.queue.fault !== undefined) this.fail(badAnswer(this.queue.fault));
    this.reason ||= textOf(choice.finish_reason);
    const matched = textOf(choice.stop_reason);
    if (this.context.stopSequences.includes(matched)) this.stopString = matched;
  }

  private takePiece(piece: Piece): void {
    this.outputChars += piece.kind === 'call' ? piece.arguments.length : piece.text.length;
    switch (piece.kind) {
      case 'text':
        return this.queue.text(piece.text);
      case 'thinking':
        return this.queue.thinking(piece.text);
      case 'call':
        return this.queue.call(piece);
      case 'refusal':
        if (this.refusal.length < LONGEST_REFUSAL_CHARS) this.refusal += piece.text;
    }
  }

  private stop(delta: StopFields): void {
    this.stopReason = delta.stop_reason;
    this.finished = true;
    const usage = wireUsage(this.usage, this.outputChars);
    this.context.emit({ type: 'message_delta', delta: { ...delta }, usage: { ...usage } });
    this.context.emit({ type: 'message_stop' });
  }
}
