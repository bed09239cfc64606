import type { Failure, WholeAnswer } from '#core';

/** An error that says what it is fits into this many bytes many times over. */
const LIMIT = 64 * 1024;

const NO_STREAM: Failure = {
  kind: 'bad-answer',
  error: {
    type: 'api_error',
    message: 'The upstream answered a streamed call with something that is no event stream.',
  },
};

/**
 * What an upstream sent under 2xx in place of the stream that was asked for. It may be an error as JSON, which then
 * counts as that error. Anything else, be it a page, a whole answer or a stream under another name, is no answer.
 */
export class MisplacedBody {
  private readonly chunks: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly readWhole: (body: Buffer) => WholeAnswer | Failure) {}

  /** Gives the failure as soon as the rest cannot change it. */
  add(chunk: Buffer): Failure | undefined {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    const mayBeError = this.bytes <= LIMIT && (this.chunks.length > 1 || beginsObject(chunk));
    return mayBeError ? undefined : NO_STREAM;
  }

  /** What it was, now that all of it has come. */
  end(): Failure {
    const answer = this.readWhole(Buffer.concat(this.chunks));
    return 'kind' in answer && answer.kind === 'error-event' ? answer : NO_STREAM;
  }
}

/** Pages and streams show at once that they are no JSON object, so nobody has to wait for their end. */
const beginsObject = (chunk: Buffer): boolean => /^\s*(\{|$)/.test(chunk.toString('latin1', 0, 16));
