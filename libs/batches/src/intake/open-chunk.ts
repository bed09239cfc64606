import type { BatchRequest } from './read-request.js';
import { lineLength, writeLine } from './request-line.js';

const SMALLEST = 64 * 1024;

/**
 * The chunk that is being filled. A request is collected behind the lines, in the very place where its own line goes, so
 * that from the network to the finished chunk its bytes are copied once, and moved by a few bytes at most.
 */
export class OpenChunk {
  lines = 0;
  private buffer = Buffer.allocUnsafeSlow(SMALLEST);
  private linesEnd = 0;
  private end = 0;

  /** Of the lines, and of what has come of the next one. */
  get bytes(): number {
    return this.end;
  }

  /** What has come of the request that has no line yet. A view: it lasts until the next call of a method. */
  get request(): Buffer {
    return this.buffer.subarray(this.linesEnd, this.end);
  }

  /** Adds to the request. */
  append(bytes: Buffer): void {
    this.reserve(this.end + bytes.length);
    this.end += bytes.copy(this.buffer, this.end);
  }

  /** Makes the request a line. It must be what `request` was read as. */
  endLine({ customId, params }: BatchRequest): void {
    // A request without white space is as long as its line, but for the line feed.
    this.reserve(this.linesEnd + lineLength(customId, params));
    this.linesEnd = writeLine(customId, params, this.buffer, this.linesEnd);
    this.end = this.linesEnd;
    this.lines++;
  }

  /** Gives the lines away, and goes on with what has come of the next one. */
  take(): Buffer {
    const { buffer, linesEnd, request } = this;
    // Chunks of one batch are alike, so that the next will need about as much.
    this.buffer = Buffer.allocUnsafeSlow(Math.max(SMALLEST, Math.min(buffer.length, 2 * linesEnd), request.length));
    this.end = request.copy(this.buffer);
    this.linesEnd = 0;
    this.lines = 0;
    return buffer.subarray(0, linesEnd);
  }

  private reserve(bytes: number): void {
    if (bytes <= this.buffer.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.end);
    this.buffer = larger;
  }
}
