import { describe, expect, it } from '@jest/globals';
import { decodeRecord, encodeAnswered, encodeStarted } from './log-record.js';

describe('a record of a chunk log', () => {
  it('gives an answer back byte for byte', () => {
    const result = Buffer.from(JSON.stringify({ type: 'succeeded', message: 'a\nb 😀' }));
    const record = { line: 7, letter: 's' as const, usage: { output: 3 }, at: 12, result };

    expect(decodeRecord(encodeAnswered(record))).toEqual(record);
  });

  it('gives a start back, which is no answer', () => {
    expect(decodeRecord(encodeStarted(3))).toEqual({ line: 3, letter: undefined });
  });
});
