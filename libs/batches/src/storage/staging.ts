import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { inPieces } from './pieces.js';

/** Not a segment of any path, so that no object can be named like it. */
const NAME = '@tmp';
/** A write that has not moved for so long has lost its process. */
const STALE_MS = 3_600_000;
const PIECE_BYTES = 256 * 1024;

/**
 * The folder in the root where files are made whole before they get their names, and where folders wait for their removal. It is
 * made when a place is opened and at no other time: when it is absent, so is the place (a mount that went away).
 */
export class Staging {
  readonly folder: string;

  constructor(root: string) {
    this.folder = join(root, NAME);
  }

  /** A name that nobody else uses. */
  spot(): string {
    return join(this.folder, randomUUID());
  }

  /** Writes a whole, durable file, lends it, and clears away what is left under its name. */
  async lend<T>(body: Buffer | AsyncIterable<Buffer>, use: (file: string) => Promise<T>): Promise<T> {
    const file = this.spot();
    const handle = await open(file, 'wx');
    try {
      try {
        for await (const piece of inPieces(body, PIECE_BYTES)) await writeWhole(handle, piece);
        await handle.sync();
      } finally {
        await handle.close();
      }
      return await use(file);
    } finally {
      await rm(file, { force: true });
    }
  }

  /** Fails when the place is not there. */
  async present(): Promise<void> {
    await stat(this.folder);
  }

  /** Removes what dead processes left. The age is told by the file system's own clock, which may be another machine's. */
  async sweep(): Promise<void> {
    const now = await this.lend(Buffer.from('now'), async (file) => (await stat(file)).mtimeMs);
    for (const name of await readdir(this.folder)) {
      const file = join(this.folder, name);
      try {
        if (now - (await stat(file)).mtimeMs > STALE_MS) await rm(file, { recursive: true, force: true });
      } catch {
        // Somebody else was quicker, or has to do it.
      }
    }
  }
}

/** Writes at a position, or where the last write ended; a call to the system may write less than it was given. */
export const writeWhole = async (handle: FileHandle, bytes: Buffer, position?: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const at = position === undefined ? null : position + done;
    done += (await handle.write(bytes, done, bytes.length - done, at)).bytesWritten;
  }
};
