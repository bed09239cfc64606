import type { LineStatus } from '../work.js';

/** How a work ended: final, in storage. */
export interface EndRecord {
  version: 1;
  /** Milliseconds since the epoch, here and below; undefined when nothing of it was begun. */
  startedAt: number | undefined;
  endedAt: number;
  counts: Readonly<Record<LineStatus, number>>;
  usage: Readonly<Record<string, number>>;
  duplicateCalls: number;
  /** What became of lines that have no result of their own. */
  rest: 'canceled' | 'expired';
  /**
   * The chunks whose results count, as a bitmap from the highest bit of the first byte, in base64. What was sealed later, by a
   * worker that did not know of the end, does not count.
   */
  sealed: string;
}

/** Whether the results of a chunk count. */
export const countsChunk = ({ sealed }: EndRecord, chunk: number): boolean =>
  (((Buffer.from(sealed, 'base64')[chunk >> 3] ?? 0) >> (7 - (chunk & 7))) & 1) === 1;
