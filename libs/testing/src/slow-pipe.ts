import type { Socket } from 'node:net';
import type { Toxics } from './toxics.js';

/** Bytes under way beyond which the sender is not read. */
const MOST_UNDER_WAY = 256 * 1024;

/** One direction of a connection: what is written arrives late, slowly and in order. */
export class SlowPipe {
  /** When the last piece will have passed; pieces do not overtake each other. */
  private freeAt = 0;
  private underWay = 0;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly toxics: () => Toxics,
  ) {}

  write(chunk: Buffer): void {
    const delay = this.delay(chunk.length);
    if (delay <= 0 && this.underWay === 0) return this.pass(chunk);
    this.underWay += chunk.length;
    if (this.underWay > MOST_UNDER_WAY) this.from.pause();
    setTimeout(() => {
      this.underWay -= chunk.length;
      this.pass(chunk);
      if (this.underWay <= MOST_UNDER_WAY) this.from.resume();
    }, delay);
  }

  /** The sender has said its last word, which arrives after all the others. */
  end(): void {
    const delay = this.delay(0);
    const end = (): void => {
      if (!this.to.writableEnded) this.to.end();
    };
    if (delay <= 0) end();
    else setTimeout(end, delay);
  }

  private pass(chunk: Buffer): void {
    if (!this.to.writable || this.to.write(chunk)) return;
    this.from.pause();
    this.to.once('drain', () => this.from.resume());
  }

  /** Milliseconds until a piece of so many bytes has passed. */
  private delay(bytes: number): number {
    const { latencyMs = 0, bytesPerSecond = Number.POSITIVE_INFINITY } = this.toxics();
    const now = performance.now();
    // Sent on when the pieces before it are through; the latency is on top of that, and the same for all.
    const sentAt = Math.max(now, this.freeAt - latencyMs) + (bytes * 1000) / bytesPerSecond;
    this.freeAt = Math.max(this.freeAt, sentAt + latencyMs);
    return this.freeAt - now;
  }
}
