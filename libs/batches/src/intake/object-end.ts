const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const NOTHING = 0;
const STRING_BEGINS = 1;
const STRING_ENDS = 2;
const NEXT_IS_ESCAPED = 3;
const OPENS = 4;
const CLOSES = 5;

/** What each byte does outside of strings, and in them. */
const OUTSIDE = new Uint8Array(256);
const IN_STRING = new Uint8Array(256);
OUTSIDE[QUOTE] = STRING_BEGINS;
for (const opening of '{[') OUTSIDE[opening.charCodeAt(0)] = OPENS;
for (const closing of '}]') OUTSIDE[closing.charCodeAt(0)] = CLOSES;
IN_STRING[QUOTE] = STRING_ENDS;
IN_STRING[BACKSLASH] = NEXT_IS_ESCAPED;

/**
 * Finds where a JSON object ends, in whatever pieces it comes: counts what opens and closes outside of strings, and
 * checks nothing else. In a text that is no JSON it finds some place, or none, and whoever reads the object then sees that.
 *
 * All that has meaning here is ASCII, which in UTF-8 is never a part of another character, so pieces may be cut anywhere.
 * Byte by byte this is 0.5 to 1 GB/s on one core; `indexOf` is faster in long strings, but half as fast in short ones.
 */
export class ObjectEnd {
  /** The most objects and arrays that have been open at once. */
  deepest = 0;
  private depth = 0;
  private effects = OUTSIDE;
  /** 1 when the last piece ended with a backslash in a string, so that the first byte of the next one is escaped. */
  private skip = 0;

  /** The offset in `piece` behind the object's end, or -1 when it goes on. The first piece is read from its `{` on. */
  find(piece: Buffer, from: number): number {
    // One loop over local variables: two loops, one for strings, have run at a fourth of its speed.
    let { depth, effects } = this;
    let at = from + this.skip;
    while (at < piece.length) {
      const effect = effects[piece[at++] ?? 0] ?? NOTHING;
      if (effect === NOTHING) continue;
      if (effect === NEXT_IS_ESCAPED) at++;
      else if (effect === STRING_ENDS) effects = OUTSIDE;
      else if (effect === STRING_BEGINS) effects = IN_STRING;
      else if (effect === OPENS) this.deepest = Math.max(this.deepest, ++depth);
      else if (effect === CLOSES && --depth === 0) return at;
    }
    this.depth = depth;
    this.effects = effects;
    this.skip = at - piece.length;
    return -1;
  }
}
