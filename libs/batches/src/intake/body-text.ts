import { ApiError, InvalidJson } from '#core';
import { brokenBody, cutOff, tooLarge } from './refusals.js';

const NOTHING = Buffer.alloc(0);

const TAB = 0x09;
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const SPACE = 0x20;

const isSpace = (byte: number): boolean =>
  byte === SPACE || byte === LINE_FEED || byte === CARRIAGE_RETURN || byte === TAB;

/** A JSON text read while it arrives: one piece is at hand at a time, and a place in it. */
export class BodyText {
  piece: Buffer = NOTHING;
  /** What comes next in the piece. */
  at = 0;
  private bytesBefore = 0;

  constructor(
    private readonly pieces: AsyncIterator<Buffer>,
    private readonly maxBytes: number,
  ) {}

  /** Of what comes next, in the whole text. */
  get offset(): number {
    return this.bytesBefore + this.at;
  }

  /** The next byte, which stays next; undefined at the end of the text. Rejects as `advance` does. */
  async peek(): Promise<number | undefined> {
    if (this.at === this.piece.length && !(await this.advance())) return undefined;
    return this.piece[this.at];
  }

  /** The next byte that is no white space, which stays next; undefined at the end of the text. Rejects as `advance` does. */
  async peekToken(): Promise<number | undefined> {
    for (;;) {
      const byte = await this.peek();
      if (byte === undefined || !isSpace(byte)) return byte;
      this.skipSpace();
    }
  }

  /** Leaves the piece for the next one that has bytes; false when there is none. Rejects with an `ApiError`. */
  async advance(): Promise<boolean> {
    this.bytesBefore += this.piece.length;
    this.piece = NOTHING;
    this.at = 0;
    while (this.piece.length === 0) {
      const next = await this.pull();
      if (next.done) return false;
      this.piece = next.value;
    }
    if (this.bytesBefore + this.piece.length > this.maxBytes) throw tooLarge(this.maxBytes);
    return true;
  }

  /** The refusal of what is next, where `what` should have been. */
  expected(what: string): ApiError {
    const isAtEnd = this.at === this.piece.length;
    const message = isAtEnd ? 'Unexpected end of JSON' : `Expected ${what}`;
    return brokenBody(new InvalidJson('syntax', message, this.offset));
  }

  private async pull(): Promise<IteratorResult<Buffer>> {
    try {
      return await this.pieces.next();
    } catch (error) {
      throw error instanceof ApiError ? error : cutOff(error);
    }
  }

  private skipSpace(): void {
    const { piece } = this;
    let { at } = this;
    while (at < piece.length && isSpace(piece[at] ?? 0)) at++;
    this.at = at;
  }
}
