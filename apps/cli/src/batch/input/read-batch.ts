import { BATCH_LIMITS, readRequest, splitRequests } from '#batches';
import { ApiError } from '#core';
import type { Faults } from './faults.js';
import { LineCount } from './line-count.js';
import type { FoundRequest } from './found-request.js';

/** How large the batch is shows when it is written anew, without white space between the requests. */
const LIMITS = { ...BATCH_LIMITS, bytes: Infinity };

/** The requests of `{"requests":[…]}`, up to the first fault: what follows one cannot be made out. */
export async function* readBatch(pieces: AsyncIterable<Buffer>, faults: Faults): AsyncGenerator<FoundRequest> {
  const count = new LineCount();
  let line = 1;
  let held: Buffer[] = [];
  try {
    for await (const { index, bytes, isLast } of splitRequests(count.follow(pieces), LIMITS)) {
      if (held.length === 0) line = count.goToStart(bytes);
      held.push(bytes);
      if (!isLast) continue;
      yield { ...readRequest(held.length === 1 ? bytes : Buffer.concat(held), index), line };
      held = [];
      line = count.goToEnd(bytes);
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    faults.add(line, error.message);
  }
}
