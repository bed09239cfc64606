import { open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemCode } from './file-fault.js';
import { makeFolder } from './make-folder.js';

/** Forgetting is harmless, so nothing cleverer is done when so many have been met. */
const MOST_KNOWN = 10_000;
/** Folders are removed once in their life, so that a writer loses this race hardly ever twice. */
const TRIES = 10;

/** Folders below a root. A name in a folder outlives a power cut once the folder was synced, and so did all that lead to it. */
export class DurableFolders {
  readonly #root: string;
  /** Those whose own name has been made durable, by whomever. */
  readonly #known = new Set<string>();

  constructor(root: string) {
    this.#root = root;
  }

  /** Does what puts a name into a folder, which is made if need be, and makes the name durable. */
  async enter<T>(folder: string, act: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++)
      try {
        await this.#settle(folder);
        const result = await act();
        await syncFolder(folder);
        return result;
      } catch (error) {
        if (systemCode(error) !== 'ENOENT' || tries === TRIES) throw error;
        // Somebody has removed the folder since it was met.
        this.#known.clear();
      }
  }

  /** To be told of folders that are removed. */
  forget(): void {
    this.#known.clear();
  }

  async #settle(folder: string): Promise<void> {
    if (folder === this.#root || this.#known.has(folder)) return;
    await makeFolder(folder);
    // Also for one that was there: whoever made it may not have come as far as this.
    for (let child = folder; child !== this.#root; child = dirname(child)) await syncFolder(dirname(child));
    if (this.#known.size >= MOST_KNOWN) this.#known.clear();
    this.#known.add(folder);
  }
}

/** Makes the names in a folder durable. One that is gone, or cannot be synced on this file system, has nothing to be made so. */
export const syncFolder = async (folder: string): Promise<void> => {
  try {
    await using handle = await open(folder, 'r');
    await handle.sync();
  } catch (error) {
    if (!['ENOENT', 'EINVAL', 'ENOTSUP'].includes(systemCode(error) ?? '')) throw error;
  }
};
