import { type Failure, mergeUsage, NO_USAGE, type StopReason, type Usage } from '#core';
import { errorObjectOf } from '../shared/explain-status.js';
import { badAnswer, errorInAnswer } from '../shared/failures.js';
import { fieldsOf, parseJson, textOf } from '../shared/json-value.js';
import { deltaLength } from './delta-length.js';

/** Events that are part of an answer, and so make no sense before `message_start`. */
const PARTS = new Set([
  'content_block_start',
  'content_block_delta',
  'content_block_stop',
  'message_delta',
  'message_stop',
]);
const KNOWN = new Set([...PARTS, 'message_start', 'ping', 'error']);

/** Of an error that is none of the API's, what goes into the log. */
const LOGGED_CHARS = 500;

/** What the events of one streamed answer say, read beside their way to the caller. */
export class StreamTap {
  usage: Usage = NO_USAGE;
  stopReason: StopReason | null = null;
  model: string | null = null;
  outputChars = 0;
  hasContent = false;
  finished = false;
  failure: Failure | undefined;
  private started = false;

  /** Reads one event and returns its type, which counts more than its name, or undefined when it is none of the API's. */
  read(name: string | undefined, data: string): string | undefined {
    const type = name !== undefined && KNOWN.has(name) ? name : textOf(fieldsOf(parseJson(data)).type);
    if (!KNOWN.has(type)) return undefined;
    if (type === 'content_block_delta') this.readDelta(data);
    else if (PARTS.has(type) && !this.started) this.failure = premature(type);
    else if (type === 'message_stop') this.finished = true;
    else if (type !== 'ping' && type !== 'content_block_stop') this.readFields(type, data);
    return type;
  }

  /** Reads a `content_block_delta` of which at least the data is given. */
  readDelta(data: string): void {
    if (!this.started) {
      this.failure = premature('content_block_delta');
      return;
    }
    this.hasContent = true;
    this.outputChars += deltaLength(data);
  }

  private readFields(type: string, data: string): void {
    const event = parseJson(data);
    if (type === 'error') this.failure = errorIn(event, data);
    else if (event === undefined) this.failure = badAnswer(`a ${type} event that is no JSON`);
    else if (type === 'message_start') this.start(fieldsOf(event).message);
    else {
      this.hasContent = true;
      if (type === 'message_delta') this.advance(fieldsOf(event));
    }
  }

  private start(message: unknown): void {
    if (typeof message !== 'object' || message === null) {
      this.failure = badAnswer('a message_start event without a message');
      return;
    }
    const { model, usage } = fieldsOf(message);
    this.started = true;
    this.model = textOf(model) || null;
    this.usage = mergeUsage(this.usage, usage);
  }

  private advance({ delta, usage }: Readonly<Record<string, unknown>>): void {
    const reason = textOf(fieldsOf(delta).stop_reason) || this.stopReason;
    this.stopReason = reason === 'content_filter' ? 'refusal' : reason;
    this.usage = mergeUsage(this.usage, usage);
  }
}

const premature = (type: string): Failure => badAnswer(`a ${type} event of an answer that had not begun`);

const errorIn = (event: unknown, data: string): Failure => {
  const error = errorObjectOf(fieldsOf(event).error);
  if (error) return errorInAnswer(error);
  const message = 'The upstream ended its answer with an error that says nothing.';
  return { ...errorInAnswer({ type: 'api_error', message }), cause: data.slice(0, LOGGED_CHARS) };
};
