import { BATCH_LIMITS } from '#batches';
import type { Faults } from './faults.js';
import type { FoundRequest } from './found-request.js';
import { readBatch } from './read-batch.js';
import { readLines } from './read-lines.js';

const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** More white space than anybody writes before `"requests"`. */
const HEAD_BYTES = 4096;

/** How the official form of a batch begins. */
const WHOLE_BATCH = /^\s*\{\s*"requests"\s*:/;

const withoutMark = (text: Buffer): Buffer => (text.indexOf(BYTE_ORDER_MARK) === 0 ? text.subarray(3) : text);

/** The same, beginning with a piece that is long enough to tell the form by. */
async function* begun(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head = Buffer.alloc(0);
  let isBegun = false;
  for await (const piece of pieces) {
    if (isBegun) yield piece;
    else {
      head = Buffer.concat([head, piece]);
      isBegun = head.length >= HEAD_BYTES;
      if (isBegun) yield withoutMark(head);
    }
  }
  if (!isBegun) yield withoutMark(head);
}

async function* prepend(first: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  yield first;
  yield* rest;
}

/**
 * The requests of an input in either form, which is told by how it begins: `{"requests": […]}`, or one request on each line.
 * Every one has an id of its own, and there are no more than a batch may have. What is wrong goes to `faults`. Holds one
 * request and the ids, whatever the size of the input.
 */
export async function* readRequests(input: AsyncIterable<Buffer>, faults: Faults): AsyncGenerator<FoundRequest> {
  const pieces = begun(input);
  try {
    const { value: head } = await pieces.next();
    if (!head) return;
    const read = WHOLE_BATCH.test(head.toString('utf8', 0, HEAD_BYTES)) ? readBatch : readLines;
    const lineOf = new Map<string, number>();
    for await (const request of read(prepend(head, pieces), faults)) {
      const { customId, line } = request;
      if (lineOf.size === BATCH_LIMITS.requests)
        return faults.add(
          line,
          `is one too many: a batch has at most ${BATCH_LIMITS.requests} requests; split the file`,
        );
      const earlier = lineOf.get(customId);
      if (earlier === undefined) yield request;
      else faults.add(line, `custom_id: '${customId}' is the custom_id of line ${earlier} already`);
      lineOf.set(customId, earlier ?? line);
    }
  } finally {
    await pieces.return(undefined);
  }
}
