import type { MessagesRequest } from '../requests/messages-request.js';
import type { Answer } from './answer.js';
import type { Caller } from './caller.js';
import { Samples } from './samples.js';

/** What is sent over and over, and what must come back. */
export interface Load {
  caller: Caller;
  request: MessagesRequest;
  expectedBytes: number;
}

/** What came of a load. Every answer in it was right. */
export class Tally {
  readonly wholeMs = new Samples();
  readonly firstByteMs = new Samples();
  readonly firstContentMs = new Samples();
  readonly gapMs = new Samples();
  /** From the first request to the last answer. */
  elapsedMs = 0;

  get calls(): number {
    return this.wholeMs.count;
  }

  /** Throws when there is something wrong with the answer. */
  add({ fault, wholeMs, firstByteMs, firstContentMs }: Answer): void {
    if (fault !== undefined || wholeMs === undefined) throw new Error(fault ?? 'an answer without an end');
    this.wholeMs.add(wholeMs);
    if (firstByteMs !== undefined) this.firstByteMs.add(firstByteMs);
    if (firstContentMs !== undefined) this.firstContentMs.add(firstContentMs);
  }
}
