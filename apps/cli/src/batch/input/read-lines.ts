import { BATCH_LIMITS } from '#batches';
import { ApiError } from '#core';
import { LineSplitter } from '../line-splitter.js';
import type { Faults } from './faults.js';
import { readLine } from './read-line.js';
import type { FoundRequest } from './found-request.js';

const SPACE = 0x20;

/** Nothing but white space, which in JSON is all below the space. */
const isBlank = (line: Buffer): boolean => line.every((byte) => byte <= SPACE);

const read = (bytes: Buffer, line: number, faults: Faults): FoundRequest | undefined => {
  if (isBlank(bytes)) return undefined;
  try {
    return { ...readLine(bytes, line), line };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // The API counts requests from zero; here the line is told already.
    faults.add(line, error.message.replace(/^requests\.\d+(\.|: )/, ''));
    return undefined;
  }
};

/** The requests of a file with one on each line; lines with a fault are left out. */
export async function* readLines(pieces: AsyncIterable<Buffer>, faults: Faults): AsyncGenerator<FoundRequest> {
  const splitter = new LineSplitter();
  let line = 0;
  for await (const piece of pieces) {
    for (const bytes of splitter.push(piece)) {
      const request = read(bytes, ++line, faults);
      if (request) yield request;
    }
    if (splitter.heldBytes <= BATCH_LIMITS.requestBytes) continue;
    return faults.add(line + 1, 'is longer than the 32 MB that a request may have');
  }
  const last = splitter.end();
  const request = last && read(last, line + 1, faults);
  if (request) yield request;
}
