/**
 * Where server-sent events end: behind an empty line. Lines end in LF, CRLF or CR, of which CR alone is history: it is
 * looked for only where there is no boundary with LF. https://html.spec.whatwg.org/multipage/server-sent-events.html
 */

const LF = 0x0a;
const CR = 0x0d;
const TWO_CR = '\r\r';

/** The offset behind the last boundary, or 0 when there is none. */
export const lastBoundary = (bytes: Buffer): number => {
  for (let at = bytes.lastIndexOf(LF); at > 0; at = bytes.lastIndexOf(LF, at - 1)) {
    const before = bytes[at - 1] === CR ? at - 2 : at - 1;
    if (bytes[before] === LF || bytes[before] === CR) return at + 1;
  }
  const carriageReturns = bytes.lastIndexOf(TWO_CR);
  return carriageReturns === -1 ? 0 : carriageReturns + TWO_CR.length;
};

/** The offset behind the first boundary after `from`, or the end. */
export const nextBoundary = (bytes: Buffer, from: number): number => {
  for (let at = bytes.indexOf(LF, from); at !== -1; at = bytes.indexOf(LF, at + 1)) {
    const after = bytes[at + 1] === CR ? at + 2 : at + 1;
    if (bytes[after] === LF) return after + 1;
  }
  const carriageReturns = bytes.indexOf(TWO_CR, from);
  return carriageReturns === -1 ? bytes.length : carriageReturns + TWO_CR.length;
};
