import { constants } from 'node:fs';
import { link, open, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DurableFolders, syncFolder } from './durable-folders.js';
import { fileFault, isAbsent, systemCode } from './file-fault.js';
import { FileLog } from './file-log.js';
import { makeFolder } from './make-folder.js';
import { readRecords } from './record-frame.js';
import { Staging } from './staging.js';
import type { Log, Storage } from './storage.js';
import { StorageError } from './storage-error.js';
import { checkPath, checkPrefix, isSegment } from './storage-path.js';

const PIECE_BYTES = 256 * 1024;
/** Enough to need a block of its own, which a full disk does not have. */
const PROBE = Buffer.alloc(4096, 'switchyard');

/**
 * A folder, which may be shared over a network. An object is made whole in a file of another name, synced, renamed, and its folder
 * synced; that is as durable as the disk. Removals are not waited for: after a power cut, what was removed may be back.
 */
export class FileStorage implements Storage {
  readonly #root: string;
  readonly #staging: Staging;
  readonly #folders: DurableFolders;

  private constructor(root: string) {
    this.#root = root;
    this.#staging = new Staging(root);
    this.#folders = new DurableFolders(root);
  }

  /** Makes the folder if need be. */
  static async open(folder: string): Promise<FileStorage> {
    const storage = new FileStorage(resolve(folder));
    await storage.#guard(() => makeFolder(storage.#staging.folder));
    return storage;
  }

  write(path: string, body: Buffer | AsyncIterable<Buffer>): Promise<void> {
    return this.#guard(async () => {
      const target = this.#locate(path);
      await this.#staging.lend(body, (file) => this.#folders.enter(dirname(target), () => rename(file, target)));
    });
  }

  create(path: string, body: Buffer): Promise<boolean> {
    return this.#guard(async () => {
      const target = this.#locate(path);
      return this.#staging.lend(body, (file) => this.#folders.enter(dirname(target), () => linkNew(file, target)));
    });
  }

  read(path: string): Promise<Buffer | undefined> {
    return this.#guard(() => this.#unlessAbsent(() => readFile(this.#locate(path))));
  }

  async *stream(path: string, from = 0): AsyncGenerator<Buffer> {
    const missing = new StorageError('missing', `There is no ${path} in the storage.`);
    try {
      const file = this.#locate(path);
      const handle = await this.#unlessAbsent(() => open(file, 'r'));
      if (handle === undefined) throw missing;
      yield* handle.createReadStream({ start: from, highWaterMark: PIECE_BYTES });
    } catch (error) {
      throw systemCode(error) === 'EISDIR' ? missing : fileFault(this.#root, error);
    }
  }

  size(path: string): Promise<number | undefined> {
    return this.#guard(async () => {
      const found = await this.#unlessAbsent(() => stat(this.#locate(path)));
      return found?.isFile() ? found.size : undefined;
    });
  }

  async *list(prefix: string): AsyncGenerator<string> {
    for (const { name, isFolder } of await this.#entries(prefix))
      if (isFolder) yield* this.list(`${prefix}${name}/`);
      else yield `${prefix}${name}`;
  }

  async *children(prefix: string): AsyncGenerator<string> {
    for (const { name } of await this.#entries(prefix)) yield name;
  }

  remove(path: string): Promise<void> {
    return this.#guard(async () => {
      await this.#unlessAbsent(() => unlink(this.#locate(path)));
    });
  }

  /** The folder leaves under another name at once, so that nobody sees half of it. */
  removeAll(prefix: string): Promise<void> {
    return this.#guard(async () => {
      const folder = this.#locate(prefix.replace(/\/$/, ''));
      const spot = this.#staging.spot();
      // With its slash the name is that of a folder only.
      const moved = await this.#unlessAbsent(() => rename(`${folder}/`, spot).then(() => true));
      if (!moved) return;
      this.#folders.forget();
      await syncFolder(dirname(folder));
      // What cannot be removed now is swept later.
      await rm(spot, { recursive: true, force: true }).catch(() => {});
    });
  }

  openLog(path: string): Promise<Log> {
    return this.#guard(async () => {
      const file = this.#locate(path);
      await this.#staging.present();
      const handle = await this.#folders.enter(dirname(file), () => open(file, constants.O_RDWR | constants.O_CREAT));
      return FileLog.open(handle, (error) => fileFault(this.#root, error)).catch(async (error: unknown) => {
        await handle.close();
        throw error;
      });
    });
  }

  async *readLog(path: string, onCorrupt: (what: string) => void = () => {}): AsyncGenerator<Buffer> {
    try {
      yield* readRecords(this.stream(path), onCorrupt);
    } catch (error) {
      if (!(error instanceof StorageError && error.code === 'missing')) throw error;
    }
  }

  check(): Promise<void> {
    return this.#guard(async () => {
      await this.#staging.sweep();
      const whole = await this.#staging.lend(PROBE, async (file) => {
        const second = this.#staging.spot();
        await linkNew(file, second);
        const found = await readFile(second);
        await unlink(second);
        return found;
      });
      if (!whole.equals(PROBE))
        throw new StorageError(
          'corrupt',
          `What was written to ${this.#root} was read back differently. Check its disk.`,
        );
    });
  }

  #locate(path: string): string {
    checkPath(path);
    return join(this.#root, path);
  }

  /** What lies immediately below, in the order that the whole paths have. */
  #entries(prefix: string): Promise<{ name: string; isFolder: boolean }[]> {
    return this.#guard(async () => {
      checkPrefix(prefix);
      const found = await this.#unlessAbsent(() => readdir(join(this.#root, prefix), { withFileTypes: true }));
      return (found ?? [])
        .filter(({ name }) => isSegment(name))
        .map((entry) => ({ name: entry.name, isFolder: entry.isDirectory() }))
        .map((entry) => ({ ...entry, key: entry.isFolder ? `${entry.name}/` : entry.name }))
        .sort((one, other) => (one.key < other.key ? -1 : 1));
    });
  }

  /** Undefined for what is not there, unless the whole place is not. */
  async #unlessAbsent<T>(act: () => Promise<T>): Promise<T | undefined> {
    try {
      return await act();
    } catch (error) {
      if (!isAbsent(error)) throw error;
      await this.#staging.present();
      return undefined;
    }
  }

  async #guard<T>(act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      throw fileFault(this.#root, error);
    }
  }
}

/** Gives a file a second name, if that is free. Where the answer of a file server was lost, a repeated call says that it is not. */
const linkNew = async (file: string, name: string): Promise<boolean> => {
  try {
    await link(file, name);
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    return (await stat(file)).nlink > 1;
  }
};
