import type { IncomingMessage } from 'node:http';
import { ApiError } from '#core';

/** What a Messages body may weigh, as the API has it. */
export const BODY_LIMIT = 32 * 1024 * 1024;

/** What a batch may weigh, as the API has it. https://platform.claude.com/docs/en/api/messages/batches/create */
const BATCH_LIMIT = 256 * 1024 * 1024;

/** Where bodies are not collected but handed on as they come. */
const STREAMED: ReadonlySet<string | undefined> = new Set(['/v1/messages/batches', '/anthropic/v1/messages/batches']);

/** Whether the body of a request for this route is left to the route, as a stream. */
export const isStreamed = (route: string | undefined): boolean => STREAMED.has(route);

/** What a body for this route may weigh. */
export const bodyLimitOf = (route: string | undefined): number => (isStreamed(route) ? BATCH_LIMIT : BODY_LIMIT);

export const tooLarge = (limit = BODY_LIMIT): ApiError =>
  new ApiError('request_too_large', `Request exceeds the maximum size of ${limit} bytes.`);

/** Longer than a body of that weight takes on any line worth the name. */
const BODY_TIMEOUT_MS = 120_000;

const tooSlow = (): ApiError =>
  new ApiError('invalid_request_error', 'The request took too long to arrive.', {
    status: 408,
    headers: { connection: 'close' },
  });

type Done = (error: Error | null, body?: Buffer) => void;

/**
 * Collects a body into one buffer. Where its length was declared, each piece is copied to its place as it comes, while the
 * processor still has it at hand, and no pieces pile up. Says 413 as soon as an undeclared length is too much, and lets
 * the rest run out, so that the caller gets to read why. Says 408 where it takes too long.
 */
export const readBody = (payload: IncomingMessage, done: Done, withinMs = BODY_TIMEOUT_MS): void => {
  const declared = Number(payload.headers['content-length']);
  const body = new GrowingBuffer(Number.isSafeInteger(declared) ? declared : 0);
  let isOver = false;
  const end = (error: Error | null, bytes?: Buffer): void => {
    if (isOver) return;
    isOver = true;
    clearTimeout(late);
    done(error, bytes);
  };
  const late = setTimeout(() => end(tooSlow()), withinMs);
  payload.on('data', (chunk: Buffer) => {
    if (isOver) return;
    if (body.size + chunk.length <= BODY_LIMIT) body.append(chunk);
    else end(tooLarge());
  });
  payload.on('end', () => end(null, body.take()));
  payload.on('error', (error) =>
    end(new ApiError('invalid_request_error', 'The request body was cut off.', { cause: error })),
  );
};

const NOTHING = Buffer.alloc(0);

class GrowingBuffer {
  size = 0;
  private storage: Buffer;

  constructor(expected: number) {
    this.storage = Buffer.allocUnsafe(Math.min(expected, BODY_LIMIT));
  }

  /** All of it, which is not kept: the listeners on a request live as long as its answer. */
  take(): Buffer {
    const bytes = this.storage.subarray(0, this.size);
    this.storage = NOTHING;
    return bytes;
  }

  append(chunk: Buffer): void {
    const size = this.size + chunk.length;
    if (size > this.storage.length) {
      const larger = Buffer.allocUnsafe(Math.min(BODY_LIMIT, Math.max(size, 2 * this.storage.length)));
      this.storage.copy(larger, 0, 0, this.size);
      this.storage = larger;
    }
    chunk.copy(this.storage, this.size);
    this.size = size;
  }
}
