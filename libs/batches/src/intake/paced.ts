import type { Breath } from './breath.js';

/** In bytes. So much of the smallest requests, some two thousand, is a few milliseconds of work. */
const LARGEST_PIECE = 64 * 1024;

/** The same bytes in pieces that are each a few milliseconds of work at most, with a breath between them where one is due. */
export async function* paced(body: AsyncIterable<Buffer>, breath: Breath): AsyncGenerator<Buffer> {
  for await (const piece of body) {
    for (let at = 0; at < piece.length; at += LARGEST_PIECE) {
      await breath.ifDue();
      yield piece.subarray(at, at + LARGEST_PIECE);
    }
  }
}
