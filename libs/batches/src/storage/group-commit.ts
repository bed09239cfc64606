import { setImmediate, setTimeout } from 'node:timers/promises';

/** More would let the first of a group wait for the bytes of the last. */
const MOST_BYTES = 4 * 1024 * 1024;

interface Waiting {
  record: Buffer;
  resolve: () => void;
  reject: (reason: unknown) => void;
}

export interface GroupCommitOptions {
  /** Makes records durable, all of them or none that is told of. Never called again before it has ended. */
  commit: (records: readonly Buffer[]) => Promise<void>;
  /** How long the first of a group waits for company, where a commit is dear. 0 takes what came in the same turn. */
  gatherMs: number;
}

/** Makes records durable in their order, and together those that came while the last group was on its way. */
export class GroupCommit {
  readonly #options: GroupCommitOptions;
  #waiting: Waiting[] = [];
  #running: Promise<void> | undefined;

  constructor(options: GroupCommitOptions) {
    this.#options = options;
  }

  /** Settles as the commit of the record's group does. */
  add(record: Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ record, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is under way or waiting. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Also lets those whose record has just become durable add their next one to this group.
      await (this.#options.gatherMs > 0 ? setTimeout(this.#options.gatherMs) : setImmediate());
      const group = this.#nextGroup();
      try {
        await this.#options.commit(group.map(({ record }) => record));
        for (const { resolve } of group) resolve();
      } catch (error) {
        for (const { reject } of group) reject(error);
      }
    }
    this.#running = undefined;
  }

  #nextGroup(): Waiting[] {
    let bytes = 0;
    const beyond = this.#waiting.findIndex(({ record }) => (bytes += record.length) > MOST_BYTES);
    return this.#waiting.splice(0, beyond === -1 ? this.#waiting.length : Math.max(beyond, 1));
  }
}
