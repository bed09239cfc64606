import { describe, expect, it } from '@jest/globals';
import { frameRecord, readRecords } from './record-frame.js';

const records = ['first', '', 'a third one, somewhat longer', '4'].map((text) => Buffer.from(text));
const frames = records.map(frameRecord);
const log = Buffer.concat(frames);
/** Where frames end. */
const ends = frames.map((_, index) => Buffer.concat(frames.slice(0, index + 1)).length);

const read = async (bytes: Buffer, pieceBytes = bytes.length) => {
  const found: string[] = [];
  const complaints: string[] = [];
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  for await (const record of readRecords(pieces(), (what) => complaints.push(what))) found.push(String(record));
  return { found, complaints };
};
const texts = records.map(String);

describe('records of a log', () => {
  it.each([1, 2, 3, 11, 12, 13, 1000])('are read from pieces of %s bytes', async (bytes) => {
    expect(await read(log, bytes)).toEqual({ found: texts, complaints: [] });
  });

  it('are read up to a cut at any byte, and the cut is told unless it is between two', async () => {
    for (let bytes = 0; bytes <= log.length; bytes++) {
      const { found, complaints } = await read(log.subarray(0, bytes));
      expect(found).toEqual(texts.slice(0, ends.filter((end) => end <= bytes).length));
      expect(complaints).toHaveLength(bytes === 0 || ends.includes(bytes) ? 0 : 1);
    }
  });

  it('are never read wrongly, whichever bit is flipped', async () => {
    for (let bit = 0; bit < log.length * 8; bit++) {
      const flipped = Buffer.from(log);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      const hit = ends.findIndex((end) => bit >> 3 < end);
      const start = ends[hit - 1] ?? 0;
      const isHead = (bit >> 3) - start < 12;
      const { found, complaints } = await read(flipped);
      expect(found).toEqual(isHead ? texts.slice(0, hit) : texts.toSpliced(hit, 1));
      expect(complaints).toHaveLength(1);
    }
  });

  it('are not made of zeros, as a power cut may leave them', async () => {
    const { found, complaints } = await read(Buffer.concat([log, Buffer.alloc(100)]));
    expect(found).toEqual(texts);
    expect(complaints).toEqual([`no head of a record at byte ${log.length}`]);
  });

  it('are not looked for within what a caller wrote', async () => {
    const forged = frameRecord(Buffer.concat([Buffer.from('text '), frameRecord(Buffer.from('forged'))]));
    forged.writeUInt8(forged.readUInt8(0) ^ 1, 0);
    expect((await read(Buffer.concat([forged, log]))).found).toEqual([]);
  });
});
