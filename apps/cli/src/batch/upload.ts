import { Readable } from 'node:stream';
import { Failure } from '../failure.js';
import { Away } from './away.js';
import type { BatchClient } from './batch-client.js';
import { duration, size } from './figures.js';
import { Meter } from './meter.js';
import { persist } from './persist.js';
import type { Terminal } from './terminal.js';
import type { Batch } from './wire.js';

const ATTEMPTS = 5;
/** Whoever is told to come back later than this decides for himself. */
const LONGEST_WAIT_MS = 60_000;

/** A batch to be sent. */
export interface Outgoing {
  /** Makes its body, anew for each attempt. */
  body: () => AsyncIterable<Buffer>;
  bytes: number;
  /** Beside the idempotency key. */
  headers: Readonly<Record<string, string>>;
  /** Makes one batch of all attempts, also of those of a later invocation. */
  idempotencyKey: string;
}

/** Through what, and who may stop it. */
export interface Way {
  client: BatchClient;
  terminal: Terminal;
  stop: AbortSignal;
}

async function* metered(body: AsyncIterable<Buffer>, meter: Meter): AsyncGenerator<Buffer> {
  let sent = 0;
  for await (const piece of body) {
    yield piece;
    meter.set((sent += piece.length));
  }
}

/** What is known when it cannot be told whether the batch was taken. */
const uncertain = (what: string, idempotencyKey: string): Failure =>
  new Failure(
    `${what} The batch may have been accepted all the same. To have it once and only once, run the command again within 24 hours with\n  --idempotency-key ${idempotencyKey}`,
  );

/** Sends a batch; again, up to five times, when the gateway goes away meanwhile. Rejects with `Failure`. */
export const upload = async (outgoing: Outgoing, { client, terminal, stop }: Way): Promise<Batch> => {
  const { bytes, idempotencyKey } = outgoing;
  const headers = { ...outgoing.headers, 'idempotency-key': idempotencyKey };
  const meter = new Meter({ label: 'sending', total: bytes, amount: size }, terminal);
  const attempt = (): Promise<Batch> => {
    const body = Readable.from(metered(outgoing.body(), meter), { objectMode: false });
    return client.create({ body, bytes, headers });
  };
  /** Whether an attempt was lost that may have made the batch. */
  let mayBeThere = false;
  try {
    return await persist(attempt, {
      attempts: ATTEMPTS,
      signal: stop,
      worthwhile: ({ kind, retryAfterMs = 0 }, failures) => {
        mayBeThere ||= kind === 'lost';
        // Where nobody has ever listened, nobody will in a moment.
        return (kind !== 'absent' || failures > 1) && retryAfterMs <= LONGEST_WAIT_MS;
      },
      onAway: ({ brief }, waitMs) => {
        meter.end();
        terminal.complain(`The gateway ${brief}; trying once more in ${duration(waitMs / 1000)}.`);
      },
    });
  } catch (error) {
    if (stop.aborted) throw uncertain('Stopped while the batch was being sent.', idempotencyKey);
    mayBeThere ||= error instanceof Away && error.kind === 'lost';
    if (mayBeThere && error instanceof Failure) throw uncertain(error.message, idempotencyKey);
    throw error;
  } finally {
    meter.end();
  }
};
