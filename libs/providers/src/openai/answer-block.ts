import type { BlockDelta, ContentBlock } from '#core';
import { parseJson, recordOf } from '../shared/json-value.js';
import type { CallPiece } from './chat-delta.js';
import { JsonExtent } from './json-extent.js';
import type { ThinkingSeal } from './thinking-token.js';

/** One content block of the answer in the making. What it has not given out yet waits inside. */
interface AnswerBlock {
  /** Nothing more can belong to it once another block begins. */
  readonly settled: boolean;
  /** How it begins; undefined while that is not known, and for ever when there is nothing to show. */
  opening(last: boolean): ContentBlock | undefined;
  /** What can be given out now. */
  deltas(): BlockDelta[];
  /** What stands between the last delta and the block's end. */
  closing(): BlockDelta[];
  /** Why this is no block that a client could use; known at the end. */
  fault(truncated: boolean): string | undefined;
}

const HIGH_SURROGATE = /[\uD800-\uDBFF]$/;

/**
 * Text that waits to be given out. Never ends in half a character: some servers cut an emoji into two escapes in two
 * chunks, and a client that decodes each chunk by itself would be left with two pieces of rubble.
 */
class Pending {
  private text = '';

  add(text: string): void {
    this.text += text;
  }

  take(): string {
    const end = HIGH_SURROGATE.test(this.text) ? this.text.length - 1 : this.text.length;
    const ready = this.text.slice(0, end);
    this.text = this.text.slice(end);
    return ready;
  }

  /** The rest, with a replacement character for a half that never found its other half. */
  drain(): string {
    const rest = this.text.toWellFormed();
    this.text = '';
    return rest;
  }
}

/** A block is worth showing once it holds more than blanks: the API refuses blank text when it is sent back. */
class ProseBlock {
  protected readonly pending = new Pending();
  protected visible = false;
  readonly settled = true;

  add(text: string): void {
    this.visible ||= /\S/.test(text);
    this.pending.add(text);
  }

  fault(): undefined {
    return undefined;
  }
}

export class TextBlock extends ProseBlock implements AnswerBlock {
  readonly kind = 'text';

  opening(): ContentBlock | undefined {
    return this.visible ? { type: 'text', text: '' } : undefined;
  }

  deltas(): BlockDelta[] {
    return textDelta(this.pending.take());
  }

  closing(): BlockDelta[] {
    return textDelta(this.pending.drain());
  }
}

const textDelta = (text: string): BlockDelta[] => (text === '' ? [] : [{ type: 'text_delta', text }]);

export class ThinkingBlock extends ProseBlock implements AnswerBlock {
  readonly kind = 'thinking';

  constructor(private readonly seal: ThinkingSeal) {
    super();
  }

  opening(): ContentBlock | undefined {
    return this.visible ? { type: 'thinking', thinking: '', signature: '' } : undefined;
  }

  deltas(): BlockDelta[] {
    return this.thought(this.pending.take());
  }

  closing(): BlockDelta[] {
    const rest = this.thought(this.pending.drain());
    return [...rest, { type: 'signature_delta', signature: this.seal.signature() }];
  }

  private thought(thinking: string): BlockDelta[] {
    this.seal.add(thinking);
    return thinking === '' || this.seal.place !== 'shown' ? [] : [{ type: 'thinking_delta', thinking }];
  }
}

/** A tool call. Streams its arguments as they come, as long as they look like the JSON object they must be. */
export class ToolBlock implements AnswerBlock {
  readonly kind = 'call';
  private readonly pending = new Pending();
  private readonly extent = new JsonExtent();
  private readonly pieces: string[] = [];
  private blank = true;
  private isObject = false;
  private upstreamId = '';
  private name = '';

  /** `callerId` turns the upstream's id, which may be empty, into one for the caller. */
  constructor(private readonly callerId: (upstreamId: string) => string) {}

  /** The JSON of the arguments has ended, so that another call may begin. */
  get settled(): boolean {
    return this.extent.complete && this.name !== '';
  }

  add({ id, name, arguments: text }: CallPiece): void {
    this.upstreamId ||= id;
    this.name ||= name;
    if (this.blank && text.trim() !== '') {
      this.blank = false;
      this.isObject = text.trimStart().startsWith('{');
    }
    this.extent.read(text);
    this.pieces.push(text);
    this.pending.add(text);
  }

  /**
   * Whether a piece begins another call although its index says otherwise, or it has none. Some servers number every
   * call 0, some number none, some give no ids; a name on its own proves nothing, because others repeat it in every
   * piece. But nothing more can come for a call whose JSON has closed, and none has two names.
   */
  contradicts({ index, id, name, arguments: text }: CallPiece): boolean {
    if (name === '' || this.name === '') return false;
    if (id !== '') return id !== this.upstreamId && this.upstreamId !== '' && (this.settled || this.blank);
    const renamed = name !== this.name;
    return this.settled ? renamed || index === undefined || text.trim() !== '' : renamed && this.blank;
  }

  opening(last: boolean): ContentBlock | undefined {
    if (this.name === '') return undefined;
    // The id comes with the name or not at all; but wait for the first argument before giving it up.
    if (this.upstreamId === '' && this.blank && !last) return undefined;
    return { type: 'tool_use', id: this.callerId(this.upstreamId), name: this.name, input: {} };
  }

  deltas(): BlockDelta[] {
    return this.isObject ? inputDelta(this.pending.take()) : [];
  }

  closing(): BlockDelta[] {
    return this.isObject ? inputDelta(this.pending.drain()) : [];
  }

  fault(truncated: boolean): string | undefined {
    const text = this.pieces.join('');
    if (this.name === '') return text === '' && this.upstreamId === '' ? undefined : 'a tool call without a name';
    const empty = this.blank || text.trim() === 'null';
    if (truncated || empty || recordOf(parseJson(text))) return undefined;
    return `arguments of the tool call ${this.name} that are not a JSON object`;
  }
}

const inputDelta = (json: string): BlockDelta[] =>
  json === '' ? [] : [{ type: 'input_json_delta', partial_json: json }];
