import { lastBoundary } from './event-boundary.js';

/** A boundary shows in its last three bytes, LF CR LF at the longest, of which two may be in earlier chunks. */
const SEAM = 2;
const SMALLEST = 1024;
const NOTHING = Buffer.alloc(0);

/** Cuts a stream of server-sent events where events end, whatever the chunks. Copies only what it holds back. */
export class EventFramer {
  #storage = NOTHING;
  #size = 0;

  /** Bytes of the event that has begun and not ended. */
  get pending(): number {
    return this.#size;
  }

  /** All whole events so far that have not been given yet, or undefined. May be `chunk` itself. */
  push(chunk: Buffer): Buffer | undefined {
    if (this.#size === 0) return this.#split(chunk, lastBoundary(chunk));
    // Only the new bytes are searched, so that a long event in tiny chunks takes linear time.
    const from = Math.max(0, this.#size - SEAM);
    this.#hold(chunk);
    const end = lastBoundary(this.#storage.subarray(from, this.#size));
    return end === 0 ? undefined : this.#split(this.rest(), from + end);
  }

  /** Takes what is left when the stream has ended. */
  rest(): Buffer {
    const rest = this.#storage.subarray(0, this.#size);
    this.#storage = NOTHING;
    this.#size = 0;
    return rest;
  }

  #split(bytes: Buffer, end: number): Buffer | undefined {
    if (end === bytes.length) return end === 0 ? undefined : bytes;
    this.#hold(bytes.subarray(end));
    return end === 0 ? undefined : bytes.subarray(0, end);
  }

  #hold(bytes: Buffer): void {
    const size = this.#size + bytes.length;
    if (size > this.#storage.length) {
      const larger = Buffer.allocUnsafe(Math.max(SMALLEST, size, 2 * this.#storage.length));
      this.#storage.copy(larger, 0, 0, this.#size);
      this.#storage = larger;
    }
    bytes.copy(this.#storage, this.#size);
    this.#size = size;
  }
}
