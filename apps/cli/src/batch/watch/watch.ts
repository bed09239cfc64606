import { setTimeout as pause } from 'node:timers/promises';
import { listenForStop } from '../../up/stop-signals.js';
import { Away } from '../away.js';
import { BatchClient } from '../batch-client.js';
import { type Connection, type ConnectionOptions, connectionOf } from '../connection.js';
import { LEFT } from '../exit-codes.js';
import { type Hint, hinter } from '../hints.js';
import { isLive, type Terminal } from '../terminal.js';
import type { Progress } from '../wire.js';
import type { Display } from './display.js';
import { JsonDisplay } from './json-display.js';
import { LiveDisplay } from './live-display.js';
import { PlainDisplay } from './plain-display.js';
import { sightings } from './sightings.js';
import { summaryOf } from './summary.js';

/** The flags of whatever waits for a batch. */
export interface WaitOptions extends ConnectionOptions {
  json?: boolean;
  failOnError?: boolean;
}

const now = (): number => performance.now();

const displayFor = (terminal: Terminal, json: boolean): Display => {
  if (json) return new JsonDisplay(terminal.print, terminal.complain);
  return isLive(terminal) ? new LiveDisplay(terminal, now) : new PlainDisplay(terminal.complain, now);
};

const untilEnded = async (id: string, client: BatchClient, display: Display, stop: AbortSignal): Promise<Progress> => {
  const watching = {
    ask: () => client.progress(id),
    pause: (ms: number) => pause(ms, undefined, { signal: stop }),
    now,
  };
  let last: Progress | undefined;
  try {
    for await (const sighting of sightings(watching)) {
      display.show(sighting);
      last = sighting.progress;
    }
  } finally {
    display.end();
  }
  if (!last) throw new Error('A batch ended without being seen.');
  return last;
};

/** From its acceptance to its end; undefined when the gateway has gone away just now. */
const secondsOf = async (id: string, client: BatchClient): Promise<number | undefined> => {
  try {
    const { ended_at: endedAt, created_at: createdAt } = await client.get(id);
    return endedAt === null ? undefined : (Date.parse(endedAt) - Date.parse(createdAt)) / 1000;
  } catch (error) {
    if (error instanceof Away) return undefined;
    throw error;
  }
};

const farewell = (id: string, hint: Hint): string =>
  `The batch goes on without you.\n  come back  ${hint(`watch ${id}`)}\n  stop it    ${hint(`cancel ${id}`)}`;

/** What is waited for, and where. */
export interface Waiting {
  id: string;
  connection: Connection;
  options: WaitOptions;
  terminal: Terminal;
}

/**
 * Waits for the end of a batch and shows how far it is. Resolves to the exit code: 0 when it has ended, 130 when somebody
 * left before; with `failOnError` 1 when a request of it has not succeeded.
 */
export const waitForBatch = async ({ id, connection, options, terminal }: Waiting): Promise<number> => {
  const signals = listenForStop();
  const hint = hinter(options, terminal);
  try {
    const client = new BatchClient(connection, signals.stop);
    const progress = await untilEnded(id, client, displayFor(terminal, options.json ?? false), signals.stop);
    if (!options.json) terminal.complain(summaryOf({ progress, seconds: await secondsOf(id, client), hint, terminal }));
    return options.failOnError && progress.request_counts.succeeded < progress.total ? 1 : 0;
  } catch (error) {
    if (!signals.stop.aborted) throw error;
    terminal.complain(farewell(id, hint));
    return LEFT;
  } finally {
    signals.release();
  }
};

/** `switchyard batch watch`. */
export const watch = async (id: string, options: WaitOptions, terminal: Terminal): Promise<number> => {
  const connection = await connectionOf(options, terminal);
  return waitForBatch({ id, connection, options, terminal });
};
