import { GroupCommit } from './group-commit.js';
import { frameRecord, readRecords } from './record-frame.js';
import type { S3Bucket } from './s3-bucket.js';
import { readWhole } from './s3-body.js';
import type { Log } from './storage.js';
import { StorageError } from './storage-error.js';

/** A call costs tens of milliseconds and money, so the first of a group waits a little. */
const GATHER_MS = 10;
const DIGITS = 12;
const READ_AT_ONCE = 8;

/** What all parts of a log begin with. No segment of a path does. */
export const partsOf = (key: string): string => `${key}/@`;

/** A log of one object for each group, named by consecutive numbers. A number may be left out. */
export class S3Log implements Log {
  readonly #bucket: S3Bucket;
  readonly #key: string;
  readonly #group = new GroupCommit({ commit: (records) => this.#commit(records), gatherMs: GATHER_MS });
  #bytes = 0;
  #next = 0;
  #closed = false;

  private constructor(bucket: S3Bucket, key: string) {
    this.#bucket = bucket;
    this.#key = key;
  }

  static async open(bucket: S3Bucket, key: string): Promise<S3Log> {
    const log = new S3Log(bucket, key);
    const prefix = partsOf(key);
    for await (const { Contents = [] } of bucket.pages(prefix))
      for (const { Key = '', Size = 0 } of Contents) {
        log.#bytes += Size;
        log.#next = Number(Key.slice(prefix.length)) + 1;
      }
    return log;
  }

  get bytes(): number {
    return this.#bytes;
  }

  async append(record: Buffer): Promise<void> {
    if (this.#closed) throw new StorageError('denied', 'This log was closed.');
    await this.#group.add(record);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#group.idle();
  }

  async #commit(records: readonly Buffer[]): Promise<void> {
    const body = Buffer.concat(records.map(frameRecord));
    // A number is used once, whatever comes of it: an object whose writing seemed to fail may be there all the same.
    const part = `${partsOf(this.#key)}${String(this.#next++).padStart(DIGITS, '0')}`;
    if (!(await this.#bucket.putNew(part, body)))
      throw new StorageError('denied', `Another process writes the log ${this.#key}.`);
    this.#bytes += body.length;
  }
}

/** The records of all parts in order. Damage ends a part, and not the log. */
export async function* readS3Log(
  bucket: S3Bucket,
  key: string,
  onCorrupt: (what: string) => void,
): AsyncGenerator<Buffer> {
  const prefix = partsOf(key);
  for await (const { Contents = [] } of bucket.pages(prefix))
    for (let first = 0; first < Contents.length; first += READ_AT_ONCE) {
      const parts = Contents.slice(first, first + READ_AT_ONCE).map(({ Key = '' }) => Key);
      const bodies = await Promise.all(parts.map(async (part) => ({ part, body: await readWhole(bucket, part) })));
      for (const { part, body = Buffer.alloc(0) } of bodies)
        yield* readRecords(onePiece(body), (what) => onCorrupt(`${what} of part ${part.slice(prefix.length)}`));
    }
}

async function* onePiece(body: Buffer): AsyncGenerator<Buffer> {
  yield body;
}
