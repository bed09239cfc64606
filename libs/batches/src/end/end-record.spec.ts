import { describe, expect, it } from '@jest/globals';
import { countsChunk, type EndRecord } from './end-record.js';

const record = (sealed: Buffer): EndRecord => ({
  version: 1,
  startedAt: undefined,
  endedAt: 0,
  counts: { succeeded: 0, errored: 0, canceled: 0, expired: 0 },
  usage: {},
  duplicateCalls: 0,
  rest: 'canceled',
  sealed: sealed.toString('base64'),
});

describe('the end of a work', () => {
  it('says which chunks count, in the order of bits that Redis has', () => {
    // SETBIT 0, SETBIT 7 and SETBIT 9.
    const ended = record(Buffer.from([0b1000_0001, 0b0100_0000]));

    const counted = Array.from({ length: 20 }, (_, chunk) => chunk).filter((chunk) => countsChunk(ended, chunk));

    expect(counted).toEqual([0, 7, 9]);
  });

  it('counts no chunk when none was sealed', () => {
    expect(countsChunk(record(Buffer.alloc(0)), 0)).toBe(false);
  });
});
