import { type FileHandle } from 'node:fs/promises';
import { GroupCommit } from './group-commit.js';
import { frameRecord, readFrames } from './record-frame.js';
import { writeWhole } from './staging.js';
import type { Log } from './storage.js';
import { StorageError } from './storage-error.js';

/** In milliseconds. Fewer commits cost a fast worker less, and nobody hurries: a slot is free before its answer is durable. */
const GATHER_MS = 5;

/** A log in one file. Appends are written at known positions, so that nothing of a failed one stays in the way of the next. */
export class FileLog implements Log {
  readonly #handle: FileHandle;
  readonly #fault: (error: unknown) => unknown;
  readonly #group = new GroupCommit({ commit: (records) => this.#commit(records), gatherMs: GATHER_MS });
  #bytes: number;
  #closed = false;
  /** Why nothing can be appended any more. */
  #broken: unknown;

  private constructor(handle: FileHandle, bytes: number, fault: (error: unknown) => unknown) {
    this.#handle = handle;
    this.#bytes = bytes;
    this.#fault = fault;
  }

  /** Takes over an open file, and cuts a torn tail off, which a reader would not get past. */
  static async open(handle: FileHandle, fault: (error: unknown) => unknown): Promise<FileLog> {
    let end = 0;
    const pieces = handle.createReadStream({ start: 0, autoClose: false });
    for await (const frame of readFrames(pieces, () => {})) end = frame.end;
    await handle.truncate(end);
    await handle.datasync();
    return new FileLog(handle, end, fault);
  }

  get bytes(): number {
    return this.#bytes;
  }

  async append(record: Buffer): Promise<void> {
    if (this.#closed) throw new StorageError('denied', 'This log was closed.');
    await this.#group.add(record);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#group.idle();
    await this.#handle.close();
  }

  async #commit(records: readonly Buffer[]): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    const frames = Buffer.concat(records.map(frameRecord));
    try {
      await writeWhole(this.#handle, frames, this.#bytes);
    } catch (error) {
      await this.#handle.truncate(this.#bytes).catch(() => {});
      throw this.#fault(error);
    }
    try {
      await this.#handle.datasync();
    } catch (error) {
      // The system may by now believe that these pages are clean: a second try would succeed and prove nothing.
      this.#broken = this.#fault(error);
      throw this.#broken;
    }
    this.#bytes += frames.length;
  }
}
