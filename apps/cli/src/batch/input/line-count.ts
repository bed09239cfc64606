const LINE_FEED = 0x0a;

/** Tells which line of a text a place is in, for a text that comes in pieces and places that only go forward. */
export class LineCount {
  /** The line of the last place that was asked for, from 1. */
  line = 1;
  private piece: Buffer = Buffer.alloc(0);
  private at = 0;

  /** Passes the pieces on, and goes along. */
  async *follow(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const piece of pieces) {
      this.goTo(this.piece.length);
      this.piece = piece;
      this.at = 0;
      yield piece;
    }
  }

  /** Goes to the beginning of a view into the piece that was passed on last. */
  goToStart(view: Buffer): number {
    return this.goTo(view.byteOffset - this.piece.byteOffset);
  }

  /** Goes behind it. */
  goToEnd(view: Buffer): number {
    return this.goTo(view.byteOffset - this.piece.byteOffset + view.length);
  }

  private goTo(offset: number): number {
    for (;;) {
      const feed = this.piece.indexOf(LINE_FEED, this.at);
      if (feed === -1 || feed >= offset) return this.line;
      this.at = feed + 1;
      this.line++;
    }
  }
}
