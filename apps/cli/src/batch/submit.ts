import { randomUUID } from 'node:crypto';
import { listenForStop } from '../up/stop-signals.js';
import { BatchClient } from './batch-client.js';
import { type Connection, connectionOf } from './connection.js';
import { LEFT } from './exit-codes.js';
import { counted, size } from './figures.js';
import { hinter } from './hints.js';
import { type Input, openInput } from './input/open-input.js';
import { bodyOf, type Weight, weigh } from './input/weigh.js';
import { Meter } from './meter.js';
import type { Terminal } from './terminal.js';
import { upload, type Way } from './upload.js';
import { type WaitOptions, waitForBatch } from './watch/watch.js';
import type { Batch } from './wire.js';

/** The flags of `switchyard batch submit`. */
export interface SubmitOptions extends WaitOptions {
  wait?: boolean;
  model?: string;
  webhook?: string;
  priority?: string;
  idempotencyKey?: string;
}

const headersOf = ({ webhook, priority }: SubmitOptions): Record<string, string> => ({
  ...(webhook === undefined ? {} : { 'x-switchyard-webhook-url': webhook }),
  ...(priority === undefined ? {} : { 'x-switchyard-priority': priority }),
});

const check = async (input: Input, model: string | undefined, { terminal, stop }: Way): Promise<Weight> => {
  const meter = new Meter({ label: 'checking', total: input.bytes, amount: size }, terminal);
  try {
    return await weigh(input, { model, signal: stop, onBytes: (sum) => meter.set(sum) });
  } finally {
    meter.end();
  }
};

const send = async (file: string, options: SubmitOptions, way: Way): Promise<{ batch: Batch; weight: Weight }> => {
  const input = await openInput(file, way.terminal, way.stop);
  try {
    const weight = await check(input, options.model, way);
    const outgoing = {
      body: () => bodyOf(input, options.model),
      bytes: weight.bytes,
      headers: headersOf(options),
      idempotencyKey: options.idempotencyKey ?? randomUUID(),
    };
    return { batch: await upload(outgoing, way), weight };
  } finally {
    await input.dispose();
  }
};

/** Undefined when somebody stopped it before anything was sent. */
const hand = async (file: string, options: SubmitOptions, connection: Connection, terminal: Terminal) => {
  const signals = listenForStop();
  try {
    const client = new BatchClient(connection, signals.stop);
    return await send(file, options, { client, terminal, stop: signals.stop });
  } catch (error) {
    if (!signals.stop.aborted || !(error instanceof Error) || error.name !== 'AbortError') throw error;
    terminal.complain('Stopped. Nothing was sent.');
    return undefined;
  } finally {
    signals.release();
  }
};

/** `switchyard batch submit`. Resolves to the exit code: 0 when the batch was accepted, with `wait` that of waiting for it. */
export const submit = async (file: string, options: SubmitOptions, terminal: Terminal): Promise<number> => {
  const { print, complain } = terminal;
  const connection = await connectionOf(options, terminal);
  const handed = await hand(file, options, connection, terminal);
  if (!handed) return LEFT;
  const { batch, weight } = handed;
  const { id } = batch;
  if (options.json) print(options.wait ? JSON.stringify(batch) : JSON.stringify(batch, null, 2));
  else {
    print(id);
    complain(`Accepted: ${counted(weight.requests, 'request')}, ${size(weight.bytes)}.`);
  }
  if (options.wait) return waitForBatch({ id, connection, options, terminal });
  if (!options.json) complain(`  watch it  ${hinter(options, terminal)(`watch ${id}`)}`);
  return 0;
};
