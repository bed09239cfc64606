import { BATCH_LIMITS, type BatchRequest } from '#batches';
import { Failure } from '../../failure.js';
import { size } from '../figures.js';
import { encodeBatch } from './encode-batch.js';
import { Faults } from './faults.js';
import type { Input } from './open-input.js';
import { readRequests } from './read-requests.js';

/** What a sound input comes to as a batch. */
export interface Weight {
  requests: number;
  /** Of the body. */
  bytes: number;
}

async function* counting(pieces: AsyncIterable<Buffer>, onBytes: (sum: number) => void): AsyncGenerator<Buffer> {
  let sum = 0;
  for await (const piece of pieces) {
    yield piece;
    onBytes((sum += piece.length));
  }
}

/** The body of the batch, once more from the beginning. Rejects with `Failure` when the input is not what it was. */
export async function* bodyOf(input: Input, model: string | undefined): AsyncGenerator<Buffer> {
  const faults = new Faults(input.name);
  yield* encodeBatch(readRequests(input.open(), faults), model);
  faults.check();
}

/** How the checking may be watched and stopped. */
export interface Weighing {
  model: string | undefined;
  signal: AbortSignal;
  /** Told how many bytes of the input have been read. */
  onBytes: (sum: number) => void;
}

/** Reads the whole input and checks it as the gateway will, before anything is sent. Rejects with `Failure`. */
export const weigh = async (input: Input, { model, signal, onBytes }: Weighing): Promise<Weight> => {
  const faults = new Faults(input.name);
  const weight: Weight = { requests: 0, bytes: 0 };
  async function* counted(): AsyncGenerator<BatchRequest> {
    for await (const request of readRequests(counting(input.open(), onBytes), faults)) {
      weight.requests++;
      yield request;
    }
  }
  for await (const piece of encodeBatch(counted(), model)) {
    signal.throwIfAborted();
    weight.bytes += piece.length;
  }
  faults.check();
  if (weight.requests === 0) throw new Failure(`${input.name} holds no request. Nothing was sent.`);
  if (weight.bytes <= BATCH_LIMITS.bytes) return weight;
  throw new Failure(
    `${input.name} comes to ${size(weight.bytes)}, and a batch has at most ${size(BATCH_LIMITS.bytes)}; split it. Nothing was sent.`,
  );
};
