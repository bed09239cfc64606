import { setTimeout as pause } from 'node:timers/promises';
import type { Storage } from '#batches';
import { Holdable } from './holdable.js';

/** Storage of which some objects are read slowly, or not at all while a test holds them. */
export class HeldStorage extends Holdable {
  /** Each of them takes so long. */
  delayMs = 0;
  private reads = 0;

  /** Changes `storage`, for the objects whose path has `part` in it. */
  constructor(storage: Storage, part: string) {
    super();
    const stream = storage.stream.bind(storage);
    const read = storage.read.bind(storage);
    const wait = async (): Promise<void> => {
      this.reads++;
      if (this.delayMs > 0) await pause(this.delayMs);
      await this.held;
    };
    storage.read = async (path) => {
      if (path.includes(part)) await wait();
      return read(path);
    };
    storage.stream = async function* (path, from) {
      if (path.includes(part)) await wait();
      yield* stream(path, from);
    };
  }

  /** How often one of them was asked for. */
  get asked(): number {
    return this.reads;
  }
}
