import type { BlockDelta, StreamEvent } from '#core';
import { TextBlock, ThinkingBlock, ToolBlock } from './answer-block.js';
import type { CallPiece } from './chat-delta.js';
import type { ThinkingSeal } from './thinking-token.js';

/**
 * Over one whole answer: the arguments of its calls, which are kept to check their JSON, and all that ever had to wait
 * for its turn. What has gone out is not taken off again.
 */
const LARGEST_WAIT_CHARS = 8 * 1024 * 1024;

export interface BlockSource {
  emit(event: StreamEvent): void;
  /** Begins the signature of a thinking block. */
  seal(): ThinkingSeal;
  /** The caller's id for a tool call; the upstream's may be empty. */
  callerId(upstreamId: string): string;
}

type Block = TextBlock | ThinkingBlock | ToolBlock;

/**
 * Puts the pieces of an answer into content blocks, one open at a time. The first block of the queue is the open one
 * and streams as its pieces come; the others gather theirs until it is their turn. A block gives up its turn when
 * another has begun and nothing more can come for it: text at once, a call when its JSON has closed. So calls whose
 * arguments arrive interleaved come out one after another and whole.
 */
export class BlockQueue {
  private readonly blocks: Block[] = [];
  /** By index and by id, whichever the upstream gives. */
  private readonly calls = new Map<number | string, ToolBlock>();
  private lastCall: ToolBlock | undefined;
  private opened = false;
  private index = 0;
  private waiting = 0;
  /** Set once: why what was received makes no answer. */
  fault: string | undefined;
  /** A tool call has been given out. */
  hasCalls = false;

  constructor(private readonly source: BlockSource) {}

  text(text: string): void {
    const tail = this.blocks.at(-1);
    const block = tail?.kind === 'text' ? tail : this.begin(new TextBlock());
    block.add(text);
    this.advance(block, text.length);
  }

  thinking(text: string): void {
    const tail = this.blocks.at(-1);
    const block = tail?.kind === 'thinking' ? tail : this.begin(new ThinkingBlock(this.source.seal()));
    block.add(text);
    this.advance(block, text.length);
  }

  call(piece: CallPiece): void {
    const known = this.callOf(piece);
    const block =
      known && !known.contradicts(piece)
        ? known
        : this.begin(new ToolBlock((upstreamId) => this.source.callerId(upstreamId)));
    if (piece.index !== undefined) this.calls.set(piece.index, block);
    if (piece.id !== '') this.calls.set(piece.id, block);
    this.lastCall = block;
    block.add(piece);
    this.advance(block, piece.arguments.length);
  }

  /** The answer is over. `truncated`: by a limit on its length, so that a call may be a fragment. */
  close(truncated: boolean): void {
    while (this.blocks.length > 0 && this.fault === undefined) this.finishFirst(truncated);
  }

  private begin<B extends Block>(block: B): B {
    this.blocks.push(block);
    return block;
  }

  private callOf({ index, id, name }: CallPiece): ToolBlock | undefined {
    if (index !== undefined) return this.calls.get(index);
    if (id === '' || name === '') return this.calls.get(id) ?? this.lastCall;
    return this.calls.get(id);
  }

  private advance(block: Block, length: number): void {
    if (block !== this.blocks[0] || block.kind === 'call' || !this.opened) this.waiting += length;
    if (this.waiting > LARGEST_WAIT_CHARS) this.fault = 'more than can be held back';
    this.stream(false);
    while (this.blocks.length > 1 && this.blocks[0]?.settled && this.fault === undefined) this.finishFirst(false);
  }

  /** Opens the first block as soon as it can be, and gives out what it has. */
  private stream(last: boolean): void {
    const block = this.blocks[0];
    const opening = this.opened ? undefined : block?.opening(last);
    if (opening) {
      this.opened = true;
      this.hasCalls ||= block?.kind === 'call';
      this.source.emit({ type: 'content_block_start', index: this.index, content_block: opening });
    }
    if (block && this.opened) this.give(block.deltas());
  }

  private finishFirst(truncated: boolean): void {
    this.stream(true);
    const block = this.blocks[0];
    this.fault = block?.fault(truncated);
    if (!block || this.fault !== undefined) return;
    if (this.opened) {
      this.give(block.closing());
      this.source.emit({ type: 'content_block_stop', index: this.index++ });
    }
    this.opened = false;
    this.blocks.shift();
    this.stream(false);
  }

  private give(deltas: readonly BlockDelta[]): void {
    for (const delta of deltas) this.source.emit({ type: 'content_block_delta', index: this.index, delta });
  }
}
