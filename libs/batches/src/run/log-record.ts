/**
 * What stands in a chunk's logs. A record is one line of JSON and, in an answer, the result's bytes behind it: they go from the log
 * to the results file without being parsed again.
 */

const LINE_FEED = 0x0a;

/** Which of a chunk's lines, from 0. */
interface OfLine {
  line: number;
}

/** The line is about to be sent. Without an answer in the same log it may have been, and is sent again: that is counted. */
export interface StartedRecord extends OfLine {
  letter: undefined;
}

export interface AnsweredRecord extends OfLine {
  letter: 's' | 'e';
  usage: Readonly<Record<string, number>>;
  /** When, in milliseconds since the epoch. An answer after the deadline is none. */
  at: number;
  /** JSON of a `LineResult`. */
  result: Buffer;
}

export const encodeStarted = (line: number): Buffer => Buffer.from(`{"line":${line}}\n`);

export const encodeAnswered = ({ result, ...head }: AnsweredRecord): Buffer =>
  Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), result]);

/** Of a record that `encode…` wrote; storage has checked that it is whole. `result` is a view into it. */
export const decodeRecord = (record: Buffer): StartedRecord | AnsweredRecord => {
  const end = record.indexOf(LINE_FEED);
  const head: Omit<AnsweredRecord, 'result'> | { line: number } = JSON.parse(record.toString('utf8', 0, end));
  return 'letter' in head ? { ...head, result: record.subarray(end + 1) } : { line: head.line, letter: undefined };
};
