const LINE_FEED = 0x0a;

/** Finds the lines of a text that comes in pieces. Holds one line at most. */
export class LineSplitter {
  private held: Buffer[] = [];
  /** Of the line that has not ended. */
  heldBytes = 0;

  /** The lines that end in this piece, without their line feeds; views where they lie in it wholly. */
  *push(piece: Buffer): Generator<Buffer> {
    let start = 0;
    for (let end = piece.indexOf(LINE_FEED); end !== -1; end = piece.indexOf(LINE_FEED, start)) {
      yield this.complete(piece.subarray(start, end));
      start = end + 1;
    }
    if (start === piece.length) return;
    this.held.push(piece.subarray(start));
    this.heldBytes += piece.length - start;
  }

  /** What is behind the last line feed; undefined when there is nothing. */
  end(): Buffer | undefined {
    return this.held.length === 0 ? undefined : this.complete(Buffer.alloc(0));
  }

  private complete(rest: Buffer): Buffer {
    if (this.held.length === 0) return rest;
    const line = Buffer.concat([...this.held, rest]);
    this.held = [];
    this.heldBytes = 0;
    return line;
  }
}
