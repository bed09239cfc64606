import { joinPieces } from './pieces.js';
import type { S3Bucket } from './s3-bucket.js';
import { StorageError } from './storage-error.js';

/** Times that a body may break within so many bytes. */
const TRIES = 3;
const STRETCH = 1024 * 1024;

/** A body as the SDK gives it on Node. */
interface Body extends AsyncIterable<Buffer> {
  destroy(error?: Error): unknown;
}

const isBody = (body: unknown): body is Body =>
  typeof body === 'object' && body !== null && Symbol.asyncIterator in body && 'destroy' in body;

/** There is a bucket, and it does not hold the object. */
class MissingObject extends StorageError {
  constructor(key: string) {
    super('missing', `There is no ${key} in the storage.`);
  }
}

/** A whole object, or undefined when there is none. */
export const readWhole = async (bucket: S3Bucket, key: string): Promise<Buffer | undefined> => {
  try {
    return await joinPieces(readBody(bucket, key, 0));
  } catch (error) {
    if (error instanceof MissingObject) return undefined;
    throw error;
  }
};

/**
 * An object's bytes from an offset on. A connection that breaks, or is silent for too long, is replaced where it ended, and for
 * the same version.
 */
export async function* readBody(bucket: S3Bucket, key: string, from: number): AsyncGenerator<Buffer> {
  let etag: string | undefined;
  let offset = from;
  let stretch = from;
  for (let tries = 1; ; ) {
    const answer = await bucket.get(key, { from: offset, etag });
    if (answer === 'beyond the end') return;
    if (!isBody(answer?.Body)) throw new MissingObject(key);
    etag = answer.ETag;
    const end = offset + (answer.ContentLength ?? 0);
    try {
      for await (const piece of inTime(answer.Body, bucket.patienceMs)) {
        offset += piece.length;
        yield piece;
      }
      if (offset >= end) return;
      throw new StorageError('away', `${key} ended before its length.`);
    } catch (error) {
      if (offset - stretch >= STRETCH) tries = 0;
      if (tries++ >= TRIES) throw bucket.fault(error);
      stretch = offset;
    }
  }
}

/** Ends a body that keeps its reader waiting. A reader may keep the body waiting. */
async function* inTime(body: Body, patienceMs: number): AsyncGenerator<Buffer> {
  const giveUp = () => body.destroy(new StorageError('away', `The bucket was silent for ${patienceMs} ms.`));
  let timer = setTimeout(giveUp, patienceMs);
  try {
    for await (const piece of body) {
      clearTimeout(timer);
      yield piece;
      timer = setTimeout(giveUp, patienceMs);
    }
  } finally {
    clearTimeout(timer);
    body.destroy();
  }
}
