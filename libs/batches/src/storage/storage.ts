/**
 * The durable truth of jobs and batches: whole objects and append-only logs, on a folder or on S3. Any number of processes use
 * one place at the same time; nothing in it is locked.
 *
 * A path is segments of `A-Z a-z 0-9 . _ -` joined by `/`; a segment does not begin with a dot. A name is an object, a log or a
 * folder, never two of them. A prefix is a path that ends with `/`, or empty for everything. All failures are `StorageError`s.
 */
export interface Storage {
  /** Writes a whole object. When it resolves the object is durable; readers see the old one or the new, never a part. */
  write(path: string, body: Buffer | AsyncIterable<Buffer>): Promise<void>;

  /**
   * Like `write`, but false when the path exists already, and then nothing is changed. Exactly one of several racers wins. On an
   * S3 server that ignores `If-None-Match`, racers within one round trip can all be told that they won, and the last one's body stays.
   */
  create(path: string, body: Buffer): Promise<boolean>;

  /** A whole object, or undefined when there is none. */
  read(path: string): Promise<Buffer | undefined>;

  /**
   * An object from a byte offset to its end, in pieces: one version of it, whatever is written meanwhile. An offset at or beyond the
   * end gives nothing. Throws `StorageError('missing')` at the first piece when there is none.
   */
  stream(path: string, from?: number): AsyncIterable<Buffer>;

  /** Bytes of an object, or undefined when there is none. */
  size(path: string): Promise<number | undefined>;

  /**
   * Paths of all objects and logs below a prefix, in lexical order, found as they are asked for. What is written or removed
   * meanwhile may or may not be among them.
   */
  list(prefix: string): AsyncIterable<string>;

  /**
   * Names immediately below a prefix, of objects, logs and folders alike, in lexical order and without looking further down. A
   * folder counts with its `/` in that order, but its name is given without. A folder whose objects were removed one by one may
   * still be named.
   */
  children(prefix: string): AsyncIterable<string>;

  /** Removes an object or a log. It is fine when there is none. */
  remove(path: string): Promise<void>;

  /** Removes everything below a prefix, which may not be empty. It is fine when there is nothing. */
  removeAll(prefix: string): Promise<void>;

  /** Opens a log for appending after what it holds. Only one process may have it open at a time. */
  openLog(path: string): Promise<Log>;

  /**
   * All whole records of a log in the order of their appends; none when there is no log. A record whose checksum does not hold is
   * skipped, a torn tail ends it; `onCorrupt` is told of either in words. A record shares memory with its neighbours: copy what is kept.
   */
  readLog(path: string, onCorrupt?: (what: string) => void): AsyncIterable<Buffer>;

  /** Proves that it can be written and read, for readiness and start, and clears away what dead processes left half-written. */
  check(): Promise<void>;
}

/** An append-only log, written by one process. */
export interface Log {
  /**
   * Resolves when the record is durable. Appends made while others are being made durable go together with the next
   * (group commit). The record must not be changed until then. After a rejection the record may be in the log or not.
   */
  append(record: Buffer): Promise<void>;

  /** Bytes of all records known to be durable, with their framing. */
  readonly bytes: number;

  /** Resolves when all appends made before it have ended. Appends made after it are rejected. */
  close(): Promise<void>;
}
