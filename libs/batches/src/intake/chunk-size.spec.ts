import { describe, expect, it } from '@jest/globals';
import { CHUNK_LIMITS, chunkLines } from './chunk-size.js';

const chunksOf = (lines: number): number[] => {
  const chunks: number[] = [];
  for (let before = 0; before < lines; ) {
    const next = Math.min(chunkLines(before, CHUNK_LIMITS), lines - before);
    chunks.push(next);
    before += next;
  }
  return chunks;
};

describe('the lines of a chunk', () => {
  it('are few at first, so that a small batch is shared by several workers', () => {
    expect(chunksOf(100)).toEqual([16, 16, 16, 16, 16, 20]);
  });

  it('become 256, so that a full batch is not much for the queue', () => {
    const chunks = chunksOf(100_000);

    expect(Math.max(...chunks)).toBe(256);
    expect(chunks.length).toBeLessThan(410);
  });

  it.each([80, 500, 1000, 10_000])('are never more than a fifth of all so far: %i', (lines) => {
    let sum = 0;
    const shares = chunksOf(lines).map((chunk) => chunk / (sum += chunk));

    expect(Math.max(...shares.slice(4))).toBeLessThanOrEqual(0.2);
  });
});
