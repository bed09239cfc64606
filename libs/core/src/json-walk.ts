import { InvalidJson } from './invalid-json.js';
import { expected, skipKey, skipScalar, skipSpace } from './json-tokens.js';

const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isOpening = (byte: number | undefined): byte is number => byte === OPEN_OBJECT || byte === OPEN_ARRAY;

/** In ASCII, `}` is two behind `{`, and `]` two behind `[`. */
const closerOf = (opening: number): number => opening + 2;

const commaOr = (closer: number, body: Buffer, at: number): InvalidJson =>
  expected(`',' or '${String.fromCharCode(closer)}'`, body, at);

/**
 * Steps over one value of whatever kind, with at most `maxDepth` objects and arrays open at once in it.
 * Depth costs a stack of numbers, not of calls, so that no text can exhaust the stack.
 */
const skipValue = (body: Buffer, view: DataView, from: number, maxDepth: number): number => {
  if (!isOpening(body[from])) return skipScalar(body, view, from);
  const closers: number[] = [];
  let closer = 0;
  let at = from;
  for (;;) {
    if (closer === CLOSE_OBJECT) at = skipKey(body, view, at);
    const byte = body[at];
    if (isOpening(byte)) {
      if (closers.length === maxDepth) throw new InvalidJson('depth', 'Nested too deeply', at);
      closers.push(closer);
      closer = closerOf(byte);
      at = skipSpace(body, at + 1);
      if (body[at] !== closer) continue;
    } else {
      at = skipSpace(body, skipScalar(body, view, at));
    }
    while (body[at] === closer) {
      closer = closers.pop() ?? 0;
      if (closers.length === 0) return at + 1;
      at = skipSpace(body, at + 1);
    }
    if (body[at] !== COMMA) throw commaOr(closer, body, at);
    at = skipSpace(body, at + 1);
  }
};

/** Where a member or an element is. For an element `start` and `valueStart` are the same. `false` ends the walk behind it. */
export type Child = (start: number, valueStart: number, end: number) => unknown;

/**
 * Checks the object or array that opens at `from`, tells `child` of each member or element in order, and returns the
 * offset behind it. `maxDepth` counts it too. Throws `InvalidJson`.
 */
export const walkChildren = (body: Buffer, from: number, maxDepth: number, child: Child): number => {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const closer = closerOf(body[from] ?? 0);
  let at = skipSpace(body, from + 1);
  if (body[at] === closer) return at + 1;
  for (;;) {
    const valueStart = closer === CLOSE_OBJECT ? skipKey(body, view, at) : at;
    const end = skipValue(body, view, valueStart, maxDepth - 1);
    if (child(at, valueStart, end) === false) return end;
    at = skipSpace(body, end);
    if (body[at] === closer) return at + 1;
    if (body[at] !== COMMA) throw commaOr(closer, body, at);
    at = skipSpace(body, at + 1);
  }
};
