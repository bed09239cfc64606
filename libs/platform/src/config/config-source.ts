import { unwatchFile, watchFile } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.js';
import type { Environment } from './environment-reference.js';
import { ConfigError } from './fault.js';
import { loadConfig } from './load-config.js';

/** What only a restart can change, because it is used once. */
const FIXED_AT_START: Readonly<Record<string, (config: Config) => unknown>> = {
  listen: ({ listen: { host, port } }) => ({ host, port }),
  redis: ({ redis }) => redis,
  storage: ({ storage }) => storage,
  signing_key: ({ signingKey }) => signingKey,
};

export interface ConfigSourceOptions {
  env?: Environment;
  /** How often the file is looked at. */
  pollMs?: number;
  /** A new file has faults; the configuration in force stays. */
  onRefused?: (error: ConfigError) => void;
  /** A new file is in force, but for these entries, which wait for a restart. */
  onRestartNeeded?: (names: readonly string[]) => void;
}

type Listener = (config: Config, previous: Config) => void;

/**
 * The configuration in force. It changes as a whole: when the file changes, on SIGHUP, and on `reload`; never to one with faults.
 *
 * The file is polled rather than watched, because `fs.watch` goes deaf once a file has been replaced by a rename, and never
 * hears of a changed symbolic link, which is how Kubernetes updates a mounted ConfigMap.
 */
export class ConfigSource {
  #current: Config;
  readonly #started: Config;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<Listener>();
  readonly #onSignal = (): void => void this.reload();
  /** How often a new file was put in force. */
  reloads = 0;
  /** How often a new file was refused. */
  reloadFailures = 0;

  private constructor(
    readonly file: string,
    first: Config,
    private readonly options: ConfigSourceOptions,
  ) {
    this.#current = first;
    this.#started = first;
    watchFile(file, { interval: options.pollMs ?? 2000, persistent: false }, this.#onSignal);
    process.on('SIGHUP', this.#onSignal);
  }

  /** Reads the file for the first time and begins to watch it. Throws `ConfigError`. */
  static async open(file: string, options: ConfigSourceOptions = {}): Promise<ConfigSource> {
    return new ConfigSource(file, await loadConfig(file, options.env), options);
  }

  /** The snapshot in force. Take it once a call, so that a call sees one configuration throughout. */
  get current(): Config {
    return this.#current;
  }

  /** Calls back after each change, until the returned function is called. */
  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Reads the file again, now. Resolves to whether it is in force; reloads asked for meanwhile wait their turn. */
  reload(): Promise<boolean> {
    const turn = this.#turn.then(() => this.#reload());
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  /** Stops watching; the current snapshot stays. */
  close(): void {
    unwatchFile(this.file, this.#onSignal);
    process.off('SIGHUP', this.#onSignal);
    this.#listeners.clear();
  }

  async #reload(): Promise<boolean> {
    const previous = this.#current;
    try {
      this.#current = await loadConfig(this.file, this.options.env);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      this.reloadFailures++;
      this.options.onRefused?.(error);
      return false;
    }
    this.reloads++;
    const fixed = Object.entries(FIXED_AT_START)
      .filter(([, part]) => !isDeepStrictEqual(part(this.#started), part(this.#current)))
      .map(([name]) => name);
    if (fixed.length > 0) this.options.onRestartNeeded?.(fixed);
    for (const listener of this.#listeners) listener(this.#current, previous);
    return true;
  }
}
