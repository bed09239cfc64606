import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { GetObjectCommandOutput, ListObjectsV2CommandOutput, S3 } from '@aws-sdk/client-s3';
import { isAbsentObject, isBeyondEnd, isConflict, isNotImplemented, isPresentObject, s3Fault } from './s3-fault.js';
import { StorageError } from './storage-error.js';

/** S3 takes no more in one call to delete. */
const PAGE = 1000;
const CONFLICT_TRIES = 5;
const WRITER = 'writer';

export interface S3BucketOptions {
  bucket: string;
  /** For one call with all its retries, and for each piece of a body. */
  patienceMs: number;
}

interface CallOptions {
  abortSignal: AbortSignal;
}

/** What storage needs of a bucket, in whole keys. Every failure is a `StorageError`, and none takes longer than the patience. */
export class S3Bucket {
  readonly patienceMs: number;
  readonly #client: S3;
  readonly #bucket: string;
  /** False once the server said that it does not know `If-None-Match`. */
  #takesConditions = true;

  constructor(client: S3, { bucket, patienceMs }: S3BucketOptions) {
    this.#client = client;
    this.#bucket = bucket;
    this.patienceMs = patienceMs;
  }

  async put(key: string, body: Buffer): Promise<void> {
    await this.#call((options) => this.#client.putObject({ Bucket: this.#bucket, Key: key, Body: body }, options));
  }

  /**
   * False when the key is taken. An answer that was lost makes the SDK ask again and be refused by its own object, which is told
   * by the mark it carries. Servers that ignore the condition overwrite.
   */
  async putNew(key: string, body: Buffer): Promise<boolean> {
    const mark = randomUUID();
    const input = { Bucket: this.#bucket, Key: key, Body: body, Metadata: { [WRITER]: mark } };
    for (let tries = 1; ; tries++)
      try {
        const condition = this.#takesConditions ? { IfNoneMatch: '*' } : {};
        await this.#unnamed((options) => this.#client.putObject({ ...input, ...condition }, options));
        return true;
      } catch (error) {
        if (isPresentObject(error)) return (await this.#head(key))?.Metadata?.[WRITER] === mark;
        if (isNotImplemented(error) && this.#takesConditions) this.#takesConditions = false;
        else if (isConflict(error) && tries < CONFLICT_TRIES) await wait(20 * tries);
        else throw this.fault(error);
      }
  }

  /** From a byte on, of the version that `etag` names; undefined when there is no such object. The body is the caller's to end. */
  async get(
    key: string,
    { from = 0, etag }: { from?: number; etag?: string },
  ): Promise<GetObjectCommandOutput | 'beyond the end' | undefined> {
    const input = {
      Bucket: this.#bucket,
      Key: key,
      ...(from > 0 && { Range: `bytes=${from}-` }),
      ...(etag !== undefined && { IfMatch: etag }),
    };
    try {
      return await unlessAbsent(() => this.#unnamed((options) => this.#client.getObject(input, options)));
    } catch (error) {
      if (isBeyondEnd(error)) return 'beyond the end';
      throw this.fault(error);
    }
  }

  async size(key: string): Promise<number | undefined> {
    try {
      return (await this.#head(key))?.ContentLength;
    } catch (error) {
      throw this.fault(error);
    }
  }

  async remove(keys: readonly string[]): Promise<void> {
    const Objects = keys.map((Key) => ({ Key }));
    if (Objects.length === 0) return;
    const { Errors = [] } = await this.#call((options) =>
      this.#client.deleteObjects({ Bucket: this.#bucket, Delete: { Objects, Quiet: true } }, options),
    );
    const [first] = Errors;
    if (first) throw this.fault({ name: first.Code });
  }

  /** Pages of what begins with `prefix`; with a delimiter, what lies below one is given as a common prefix only. */
  async *pages(prefix: string, delimiter?: '/'): AsyncGenerator<ListObjectsV2CommandOutput> {
    const input = { Bucket: this.#bucket, Prefix: prefix, MaxKeys: PAGE, Delimiter: delimiter };
    for (let token: string | undefined; ; ) {
      const ContinuationToken = token;
      const page = await this.#call((options) => this.#client.listObjectsV2({ ...input, ContinuationToken }, options));
      yield page;
      token = page.NextContinuationToken;
      if (!page.IsTruncated || token === undefined) return;
    }
  }

  /** Begins an object of many parts, which is not there until it is completed. */
  async beginUpload(key: string): Promise<S3Upload> {
    const place = { Bucket: this.#bucket, Key: key };
    const { UploadId } = await this.#call((options) => this.#client.createMultipartUpload(place, options));
    const upload = { ...place, UploadId };
    const Parts: { PartNumber: number; ETag: string | undefined }[] = [];
    return {
      add: async (Body) => {
        const PartNumber = Parts.length + 1;
        const { ETag } = await this.#call((options) =>
          this.#client.uploadPart({ ...upload, PartNumber, Body }, options),
        );
        Parts.push({ PartNumber, ETag });
      },
      complete: async () => {
        await this.#call((options) =>
          this.#client.completeMultipartUpload({ ...upload, MultipartUpload: { Parts } }, options),
        );
      },
      abort: async () => {
        await this.#call((options) => this.#client.abortMultipartUpload(upload, options));
      },
    };
  }

  fault(error: unknown): unknown {
    return s3Fault(this.#bucket, error);
  }

  #head(key: string) {
    return unlessAbsent(() =>
      this.#unnamed((options) => this.#client.headObject({ Bucket: this.#bucket, Key: key }, options)),
    );
  }

  async #call<T>(act: (options: CallOptions) => Promise<T>): Promise<T> {
    try {
      return await this.#unnamed(act);
    } catch (error) {
      throw this.fault(error);
    }
  }

  /** With the SDK's own errors. The signal dies with the call: it must not end a body that is read for longer. */
  async #unnamed<T>(act: (options: CallOptions) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), this.patienceMs);
    try {
      return await act({ abortSignal: controller.signal });
    } catch (error) {
      if (!controller.signal.aborted) throw error;
      throw new StorageError('away', `The bucket ${this.#bucket} did not answer within ${this.patienceMs} ms.`, error);
    } finally {
      clearTimeout(timer);
    }
  }
}

export interface S3Upload {
  /** One part. All but the last have the same size, of at least 5 MiB. */
  add(part: Buffer): Promise<void>;
  complete(): Promise<void>;
  abort(): Promise<void>;
}

const unlessAbsent = async <T>(act: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await act();
  } catch (error) {
    if (isAbsentObject(error)) return undefined;
    throw error;
  }
};
