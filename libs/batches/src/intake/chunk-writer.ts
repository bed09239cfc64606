import { createHash } from 'node:crypto';
import type { Chunk } from '../work.js';
import type { Breath } from './breath.js';

/** Where the chunks of one batch go. */
export interface ChunkSink {
  /** Resolves when the chunk is durable. `lines` is never written to again. */
  write(index: number, lines: Buffer): Promise<void>;
  /** Removes every chunk that was written. Not called while a write is under way. */
  discard(): Promise<void>;
}

/** What may be under way: two chunks of the largest size, or more that are smaller, since a remote store answers each late. */
const MAX_PENDING_BYTES = 8 * 1024 * 1024;
const MAX_PENDING_WRITES = 8;

/** In bytes, hashed in one go: half a millisecond. */
const HASHED_AT_ONCE = 1024 * 1024;

/** Writes chunks while the next ones arrive, and holds those back when the writes do not keep up. */
export class ChunkWriter {
  readonly chunks: Chunk[] = [];
  private readonly pending = new Set<Promise<void>>();
  private pendingBytes = 0;
  private failure: { error: unknown } | undefined;

  constructor(
    private readonly sink: ChunkSink,
    private readonly breath: Breath,
  ) {}

  /** Begins to write the next chunk when there is room for it. Rejects with what an earlier write rejected with. */
  async write(lines: Buffer, count: number): Promise<void> {
    const sha256 = await this.hash(lines);
    while (!this.hasRoom(lines.length)) await Promise.race(this.pending);
    this.check();
    const previous = this.chunks.at(-1);
    const firstLine = previous ? previous.firstLine + previous.lines : 0;
    const index = this.chunks.length;
    this.chunks.push({ index, firstLine, lines: count, bytes: lines.length, sha256 });
    const writing = this.run(index, lines).finally(() => this.pending.delete(writing));
    this.pending.add(writing);
    // One that is larger than all that may be under way: nothing else is collected beside it.
    while (this.pendingBytes > MAX_PENDING_BYTES) await Promise.race(this.pending);
  }

  /** Throws what a write has rejected with. */
  check(): void {
    if (this.failure) throw this.failure.error;
  }

  /** Resolves when no write is under way, whatever became of them. */
  async settle(): Promise<void> {
    await Promise.all(this.pending);
  }

  private hasRoom(bytes: number): boolean {
    if (this.pending.size === 0) return true;
    return this.pending.size < MAX_PENDING_WRITES && this.pendingBytes + bytes <= MAX_PENDING_BYTES;
  }

  /** Never rejects, because nobody may be waiting. */
  private async run(index: number, lines: Buffer): Promise<void> {
    this.pendingBytes += lines.length;
    try {
      await this.sink.write(index, lines);
    } catch (error) {
      this.failure ??= { error };
    }
    this.pendingBytes -= lines.length;
  }

  private async hash(lines: Buffer): Promise<string> {
    const hash = createHash('sha256');
    for (let at = 0; at < lines.length; at += HASHED_AT_ONCE) {
      hash.update(lines.subarray(at, at + HASHED_AT_ONCE));
      await this.breath.ifDue();
    }
    return hash.digest('hex');
  }
}
