import { isDeepStrictEqual } from 'node:util';
import type { Config } from './config.js';
import type { Environment } from './environment-reference.js';
import { ConfigError } from './fault.js';
import { fingerprintOf } from './file-fingerprint.js';
import { loadConfig } from './load-config.js';

/** What only a restart can change, because it is used once. */
const FIXED_AT_START: Readonly<Record<string, (config: Config) => unknown>> = {
  listen: ({ listen: { host, port } }) => ({ host, port }),
  redis: ({ redis }) => redis,
  storage: ({ storage }) => storage,
  signing_key: ({ signingKey }) => signingKey,
  'batches.interactive_share': ({ batches }) => batches.interactiveShare,
  'batches.max_open': ({ batches }) => batches.maxOpen,
  'batches.max_queued_requests': ({ batches }) => batches.maxQueuedRequests,
  'batches.archive_after': ({ batches }) => batches.archiveAfterMs,
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
 * The file is looked at rather than watched: `fs.watch` goes deaf once a file has been replaced by a rename, and never hears of a
 * changed symbolic link, which is how Kubernetes updates a mounted ConfigMap. `fs.watchFile` takes its first look some time
 * after the file has been read, and would miss a change in between.
 */
export class ConfigSource {
  #current: Config;
  readonly #started: Config;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #listeners = new Set<Listener>();
  #fingerprint: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  readonly #onSignal = (): void => void this.reload();
  /** How often a new file was put in force. */
  reloads = 0;
  /** How often a new file was refused. */
  reloadFailures = 0;

  private constructor(
    readonly file: string,
    first: Config,
    fingerprint: string | undefined,
    private readonly options: ConfigSourceOptions,
  ) {
    this.#current = first;
    this.#started = first;
    this.#fingerprint = fingerprint;
    this.#lookLater();
    process.on('SIGHUP', this.#onSignal);
  }

  /** Reads the file for the first time and begins to watch it. Throws `ConfigError`. */
  static async open(file: string, options: ConfigSourceOptions = {}): Promise<ConfigSource> {
    const fingerprint = await fingerprintOf(file);
    return new ConfigSource(file, await loadConfig(file, options.env), fingerprint, options);
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
    clearTimeout(this.#timer);
    this.#timer = undefined;
    process.off('SIGHUP', this.#onSignal);
    this.#listeners.clear();
  }

  #lookLater(): void {
    this.#timer = setTimeout(() => void this.#look(), this.options.pollMs ?? 2000).unref();
  }

  async #look(): Promise<void> {
    if ((await fingerprintOf(this.file)) !== this.#fingerprint) await this.reload();
    if (this.#timer) this.#lookLater();
  }

  async #reload(): Promise<boolean> {
    const previous = this.#current;
    // Taken before the file is read, so that a change meanwhile is seen at the next look.
    this.#fingerprint = await fingerprintOf(this.file);
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
