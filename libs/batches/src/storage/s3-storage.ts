import { randomUUID } from 'node:crypto';
import type { StorageAddress } from '#core';
import { inPieces } from './pieces.js';
import { S3Bucket, type S3Upload } from './s3-bucket.js';
import { readBody, readWhole } from './s3-body.js';
import { openClient } from './s3-client.js';
import { partsOf, readS3Log, S3Log } from './s3-log.js';
import type { Log, Storage } from './storage.js';
import { StorageError } from './storage-error.js';
import { checkPath, checkPrefix, isSegment } from './storage-path.js';

/** At least 5 MiB, and with at most 10,000 parts enough for 80 GiB. */
const PART_BYTES = 8 * 1024 * 1024;
const PATIENCE_MS = 30_000;
const PROBE = Buffer.alloc(4096, 'switchyard');

export interface S3Options {
  env: NodeJS.ProcessEnv;
  /** How long S3 may keep anybody waiting in one call, retries included. 30 s unless told. */
  patienceMs?: number;
}

/** A place in a bucket of S3 or of a server that speaks like it. A write that was answered is as durable as the server says. */
export class S3Storage implements Storage {
  readonly #bucket: S3Bucket;
  /** Empty, or ends with `/`. */
  readonly #root: string;

  private constructor(bucket: S3Bucket, root: string) {
    this.#bucket = bucket;
    this.#root = root;
  }

  /** Asks nothing of the bucket yet. */
  static async open(
    { bucket, prefix }: StorageAddress & { kind: 's3' },
    { env, patienceMs = PATIENCE_MS }: S3Options,
  ): Promise<S3Storage> {
    const client = await openClient(env, patienceMs);
    return new S3Storage(new S3Bucket(client, { bucket, patienceMs }), prefix === '' ? '' : `${prefix}/`);
  }

  /** A body that fills parts is sent part by part while it comes; it is not there before the last. */
  async write(path: string, body: Buffer | AsyncIterable<Buffer>): Promise<void> {
    const key = this.#key(path);
    let upload: S3Upload | undefined;
    let whole: Buffer = Buffer.alloc(0);
    try {
      for await (const piece of inPieces(body, PART_BYTES)) {
        if (!upload && piece.length < PART_BYTES) whole = piece;
        else await (upload ??= await this.#bucket.beginUpload(key)).add(piece);
      }
      await (upload ? upload.complete() : this.#bucket.put(key, whole));
    } catch (error) {
      await upload?.abort().catch(() => {});
      throw this.#bucket.fault(error);
    }
  }

  /** Asks first, for servers that ignore the condition. */
  async create(path: string, body: Buffer): Promise<boolean> {
    const key = this.#key(path);
    return (await this.#bucket.size(key)) === undefined && this.#bucket.putNew(key, body);
  }

  async read(path: string): Promise<Buffer | undefined> {
    return readWhole(this.#bucket, this.#key(path));
  }

  async *stream(path: string, from = 0): AsyncGenerator<Buffer> {
    yield* readBody(this.#bucket, this.#key(path), from);
  }

  async size(path: string): Promise<number | undefined> {
    return this.#bucket.size(this.#key(path));
  }

  async *list(prefix: string): AsyncGenerator<string> {
    checkPrefix(prefix);
    let last: string | undefined;
    for await (const { Contents = [] } of this.#bucket.pages(this.#root + prefix))
      for (const { Key = '' } of Contents) {
        const [path = ''] = Key.slice(this.#root.length).split('/@');
        if (path === last || !path.split('/').every(isSegment)) continue;
        last = path;
        yield path;
      }
  }

  async *children(prefix: string): AsyncGenerator<string> {
    checkPrefix(prefix);
    const start = this.#root.length + prefix.length;
    let last: string | undefined;
    for await (const { Contents = [], CommonPrefixes = [] } of this.#bucket.pages(this.#root + prefix, '/')) {
      const keys = [...Contents.map(({ Key = '' }) => Key), ...CommonPrefixes.map(({ Prefix = '' }) => Prefix)].sort();
      for (const key of keys) {
        const name = key.slice(start).replace(/\/$/, '');
        if (name === last || !isSegment(name)) continue;
        last = name;
        yield name;
      }
    }
  }

  async remove(path: string): Promise<void> {
    const key = this.#key(path);
    await Promise.all([this.#bucket.remove([key]), this.#removeBelow(partsOf(key))]);
  }

  async removeAll(prefix: string): Promise<void> {
    await this.#removeBelow(`${this.#key(prefix.replace(/\/$/, ''))}/`);
  }

  async openLog(path: string): Promise<Log> {
    return S3Log.open(this.#bucket, this.#key(path));
  }

  async *readLog(path: string, onCorrupt: (what: string) => void = () => {}): AsyncGenerator<Buffer> {
    yield* readS3Log(this.#bucket, this.#key(path), onCorrupt);
  }

  async check(): Promise<void> {
    const key = `${this.#root}@check/${randomUUID()}`;
    await this.#bucket.put(key, PROBE);
    const found = await readWhole(this.#bucket, key);
    let listed = false;
    for await (const { Contents = [] } of this.#bucket.pages(key)) listed ||= Contents.some(({ Key }) => Key === key);
    await this.#bucket.remove([key]);
    if (!found?.equals(PROBE) || !listed)
      throw new StorageError(
        'corrupt',
        'What was written to the bucket was not read back or not listed as it was. Use a server that keeps to S3, with nothing between that changes bodies.',
      );
  }

  async #removeBelow(prefix: string): Promise<void> {
    for await (const { Contents = [] } of this.#bucket.pages(prefix))
      await this.#bucket.remove(Contents.map(({ Key = '' }) => Key));
  }

  #key(path: string): string {
    checkPath(path);
    return this.#root + path;
  }
}
