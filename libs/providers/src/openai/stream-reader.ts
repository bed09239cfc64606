import type { Failure, StreamEvent, StreamReader } from '#core';
import { encodeEvent } from '#core';
import { createParser, type EventSourceMessage, type EventSourceParser } from 'eventsource-parser';
import { badAnswer } from '../shared/failures.js';
import { parseJson } from '../shared/json-value.js';
import { ChatStream, type AnswerContext } from './chat-stream.js';
import { errorInside } from './explain.js';

/** Bytes between the end of one event and the end of the next. */
const LARGEST_EVENT_BYTES = 8 * 1024 * 1024;
/** As much of an answer that is no event stream as is kept to find out what it is. */
const HEAD_BYTES = 16 * 1024;

/** Bytes of a streamed chat completion in, bytes of a Messages stream out. */
export class ChatStreamReader implements StreamReader {
  private readonly decoder = new TextDecoder();
  private readonly parser: EventSourceParser;
  private readonly stream: ChatStream;
  private out: string[] = [];
  private head = '';
  private sawEvent = false;
  private sinceEvent = 0;
  private ending = false;
  hasContent = false;

  constructor(context: Omit<AnswerContext, 'emit'>) {
    this.stream = new ChatStream({ ...context, emit: (event) => this.give(event) });
    this.parser = createParser({ onEvent: (event) => this.take(event) });
  }

  push(chunk: Buffer): Buffer | undefined {
    if (this.finished || this.failure) return undefined;
    this.sinceEvent += chunk.length;
    const text = this.decoder.decode(chunk, { stream: true });
    if (!this.sawEvent && this.head.length < HEAD_BYTES) this.head += text;
    this.parser.feed(text);
    if (this.sinceEvent > LARGEST_EVENT_BYTES) this.stream.fail(badAnswer('an event without an end'));
    return this.flush();
  }

  end(): Buffer | undefined {
    if (this.finished || this.failure) return undefined;
    this.ending = true;
    // An event may lack the empty line behind it. A carriage return may be waiting for its line feed, so one more.
    this.parser.feed(`${this.decoder.decode()}\n\n\n`);
    if (!this.sawEvent) this.explainHead();
    this.stream.end();
    return this.flush();
  }

  get finished(): boolean {
    return this.stream.finished;
  }

  get failure(): Failure | undefined {
    return this.stream.failure;
  }

  get usage() {
    return this.stream.usage;
  }

  get stopReason() {
    return this.stream.stopReason;
  }

  get model() {
    return this.stream.model;
  }

  get outputChars(): number {
    return this.stream.outputChars;
  }

  private take({ event, data }: EventSourceMessage): void {
    if (data.length > LARGEST_EVENT_BYTES) return this.stream.fail(badAnswer('too large an event'));
    this.sawEvent = true;
    this.sinceEvent = 0;
    if (data.trim() === '[DONE]') return this.stream.end();
    const value = parseJson(data);
    // What the end of the body tore off is a cut, and cut answers are told apart by their missing finish_reason.
    if (value === undefined && this.ending) return undefined;
    if (value === undefined) return this.stream.fail(badAnswer('an event that is not JSON'));
    this.stream.accept(event === 'error' && !errorInside(value) ? { error: value } : value);
  }

  private explainHead(): void {
    const head = this.head.trimStart();
    if (!/^[{[<]/.test(head)) return; // nothing, or the beginning of a stream
    const failure = errorInside(parseJson(head));
    this.stream.fail(failure ?? badAnswer('something that is no event stream', head));
  }

  private give(event: StreamEvent): void {
    if (event.type === 'content_block_start' || event.type === 'message_delta') this.hasContent = true;
    this.out.push(encodeEvent(event));
  }

  private flush(): Buffer | undefined {
    if (this.out.length === 0) return undefined;
    const bytes = Buffer.from(this.out.join(''));
    this.out = [];
    return bytes;
  }
}
