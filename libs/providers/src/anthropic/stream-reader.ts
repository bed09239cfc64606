import { applyEdits, type Edit, type Failure, moveEdits, type StopReason, type StreamReader, type Usage } from '#core';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import { nextBoundary } from '../shared/event-boundary.js';
import { EventFramer } from '../shared/event-framer.js';
import { badAnswer, cutAnswer } from '../shared/failures.js';
import { parseJson } from '../shared/json-value.js';
import { editEvent, isEditable } from './official-form.js';
import { StreamTap } from './stream-tap.js';

/** The longest event that is waited for. The API's own are far below; results of its tools are the longest. */
const MAX_EVENT_BYTES = 8 * 1024 * 1024;

const LF = 0x0a;
const CR = 0x0d;

/** How nearly every event of a stream begins. */
const DELTA = 'event: content_block_delta\ndata: {';

/** SDKs take an event by its name, and some services leave it out. */
const nameEdit = (block: Buffer, dataAt: number, type: string): Edit => {
  const at = block.lastIndexOf(LF, dataAt) + 1;
  return { start: at, end: at, bytes: Buffer.from(`event: ${type}\n`) };
};

const editBlock = (block: Buffer, { event: name, data }: EventSourceMessage, type: string): readonly Edit[] => {
  const at = block.indexOf(data);
  if (at === -1) return []; // on several lines; nobody writes JSON so
  const edits = moveEdits(editEvent(type, block.subarray(at, at + Buffer.byteLength(data))), at);
  return name === undefined ? [nameEdit(block, at, type), ...edits] : edits;
};

/** The bytes as a whole event, if all they lack is the empty line that ends one. */
const closed = (rest: Buffer): Buffer | undefined => {
  const last = rest.at(-1);
  const event = Buffer.concat([rest, Buffer.from(last === LF || last === CR ? '\n' : '\n\n')]);
  let isWhole = false;
  const parser = createParser({ onEvent: ({ data }) => (isWhole = parseJson(data) !== undefined) });
  parser.feed(event.toString());
  return isWhole ? event : undefined;
};

/**
 * Passes a stream of the Messages API on as it came, event by whole event, and reads on the side what the router has to
 * know. Nothing is given out from an error on, nor behind the end: some services append what SDKs stumble over.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export class AnthropicStreamReader implements StreamReader {
  private readonly framer = new EventFramer();
  private readonly tap = new StreamTap();
  private readonly parser = createParser({ onEvent: (message) => this.read(message) });
  /** The event that is being read, and what to change in it. */
  private block: Buffer = Buffer.alloc(0);
  private edits: readonly Edit[] = [];

  get usage(): Usage {
    return this.tap.usage;
  }

  get stopReason(): StopReason | null {
    return this.tap.stopReason;
  }

  get model(): string | null {
    return this.tap.model;
  }

  get outputChars(): number {
    return this.tap.outputChars;
  }

  get hasContent(): boolean {
    return this.tap.hasContent;
  }

  get finished(): boolean {
    return this.tap.finished;
  }

  get failure(): Failure | undefined {
    return this.tap.failure;
  }

  push(chunk: Buffer): Buffer | undefined {
    if (this.isOver) return undefined;
    const events = this.framer.push(chunk);
    const given = events && this.pass(events);
    if (this.framer.pending > MAX_EVENT_BYTES) this.fail(badAnswer('an event without end'));
    return given;
  }

  end(): Buffer | undefined {
    if (this.isOver) return undefined;
    const last = closed(this.framer.rest());
    const given = last && this.pass(last);
    this.fail(cutAnswer());
    return given;
  }

  private get isOver(): boolean {
    return this.tap.finished || this.tap.failure !== undefined;
  }

  private fail(failure: Failure): void {
    if (!this.isOver) this.tap.failure = failure;
  }

  /** Reads whole events, and gives back those that the caller may have. */
  private pass(events: Buffer): Buffer | undefined {
    const edits: Edit[] = [];
    let given = 0;
    while (given < events.length && !this.isOver) {
      const end = nextBoundary(events, given);
      this.block = events.subarray(given, end);
      this.edits = [];
      // Nothing is read of a delta but its length, and for that it need not be taken apart.
      if (events.toString('latin1', given, given + DELTA.length) === DELTA) this.tap.readDelta(this.block.toString());
      else this.parser.feed(this.block.toString());
      if (this.failure) break;
      if (this.edits.length > 0) edits.push(...moveEdits(this.edits, given));
      given = end;
    }
    if (given === 0) return undefined;
    const out = given === events.length ? events : events.subarray(0, given);
    return edits.length === 0 ? out : applyEdits(out, edits);
  }

  private read(message: EventSourceMessage): void {
    if (this.isOver) return;
    const type = this.tap.read(message.event, message.data);
    if (type === undefined || this.failure) return;
    if (message.event === undefined || isEditable(type)) this.edits = editBlock(this.block, message, type);
  }
}
