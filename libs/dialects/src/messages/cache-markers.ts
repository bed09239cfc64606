/**
 * The key of a marker. In a string it would be escaped, so that it is found without telling strings from what is around them; as a
 * whole string of its own it has no colon behind it.
 */
export const MARKER = Buffer.from('"cache_control"');

const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || (byte !== undefined && byte >= 0x09 && byte <= 0x0d);

const skipSpace = (bytes: Buffer, from: number): number => {
  let at = from;
  while (isSpace(bytes[at])) at++;
  return at;
};

/** A marker is null or an object without objects in it. In a text that is cut off it may have no end. */
const valueEnd = (bytes: Buffer, from: number): number => {
  const end = bytes[from] === OPEN_OBJECT ? bytes.indexOf(CLOSE_OBJECT, from) + 1 : from + 'null'.length;
  return end === 0 ? bytes.length : end;
};

/** The member and one comma beside it: the one before, or else the one behind. */
const extent = (bytes: Buffer, key: number, end: number): [from: number, to: number] => {
  let before = key - 1;
  while (isSpace(bytes[before])) before--;
  if (bytes[before] === COMMA) return [before, end];
  const behind = skipSpace(bytes, end);
  return [key, bytes[behind] === COMMA ? skipSpace(bytes, behind + 1) : end];
};

/** JSON, or a beginning of it, as it would be if nobody had written `cache_control` into it. The same bytes where nobody has. */
export const withoutMarkers = (bytes: Buffer): Buffer => {
  const kept: Buffer[] = [];
  let done = 0;
  let key = bytes.indexOf(MARKER);
  while (key >= 0) {
    let next = key + MARKER.length;
    const colon = skipSpace(bytes, next);
    if (bytes[colon] === COLON) {
      const [from, to] = extent(bytes, key, valueEnd(bytes, skipSpace(bytes, colon + 1)));
      kept.push(bytes.subarray(done, from));
      done = to;
      next = to;
    }
    key = bytes.indexOf(MARKER, next);
  }
  return kept.length === 0 ? bytes : Buffer.concat([...kept, bytes.subarray(done)]);
};
