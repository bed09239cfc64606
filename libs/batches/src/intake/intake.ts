import type { Manifest } from '../work.js';
import { Breath } from './breath.js';
import { CHUNK_LIMITS, type ChunkLimits, chunkLines } from './chunk-size.js';
import { type ChunkSink, ChunkWriter } from './chunk-writer.js';
import { BATCH_LIMITS, type IntakeLimits } from './limits.js';
import { OpenChunk } from './open-chunk.js';
import { paced } from './paced.js';
import { readRequest } from './read-request.js';
import { invalidRequest } from './refusals.js';
import { splitRequests } from './split-requests.js';

export interface IntakeOptions {
  limits?: IntakeLimits;
  chunk?: ChunkLimits;
  /** Milliseconds, from whenever. */
  now?: () => number;
}

/** What was taken in, as the manifest says it. `bytes` are those of the chunks, together. */
export type TakenIn = Pick<Manifest, 'lines' | 'bytes' | 'chunks'>;

/** The ids of a batch, and where each was first. Some 12 MB for 100,000 of 64 characters, the most there can be. */
class CustomIds {
  private readonly indexOf = new Map<string, number>();

  get size(): number {
    return this.indexOf.size;
  }

  add(customId: string): void {
    const index = this.indexOf.size;
    const earlier = this.indexOf.get(customId);
    if (earlier !== undefined) {
      throw invalidRequest(
        `requests.${index}.custom_id: '${customId}' is the custom_id of requests.${earlier} already`,
      );
    }
    this.indexOf.set(customId, index);
  }
}

const writeChunks = async (
  fragments: ReturnType<typeof splitRequests>,
  writer: ChunkWriter,
  limits: ChunkLimits,
): Promise<void> => {
  const chunk = new OpenChunk();
  const ids = new CustomIds();
  let wanted = chunkLines(0, limits);
  const flush = async (): Promise<void> => {
    const count = chunk.lines;
    await writer.write(chunk.take(), count);
    wanted = chunkLines(ids.size, limits);
  };

  for await (const { index, bytes, isLast } of fragments) {
    writer.check();
    if (chunk.lines > 0 && chunk.bytes + bytes.length >= limits.bytes) await flush();
    chunk.append(bytes);
    if (!isLast) continue;
    const request = readRequest(chunk.request, index);
    ids.add(request.customId);
    chunk.endLine(request);
    if (chunk.lines === wanted) await flush();
  }
  if (chunk.lines > 0) await flush();
  await writer.settle();
  writer.check();
};

/**
 * Takes in the body of a batch while it arrives: splits it, checks each request's frame and id, and writes them as chunks of
 * lines. When it resolves, each chunk is durable. When it rejects, each has been discarded: with the `ApiError` for a body
 * that is refused or cut off, as soon as that has shown, or with what the sink rejected with.
 *
 * Whatever the size of the batch it holds one chunk, those being written, and the ids; a request of 32 MB is its own chunk.
 * The body's iterator is ended in any case (see `splitRequests`).
 */
export const takeIn = async (
  body: AsyncIterable<Buffer>,
  sink: ChunkSink,
  { limits = BATCH_LIMITS, chunk = CHUNK_LIMITS, now = () => performance.now() }: IntakeOptions = {},
): Promise<TakenIn> => {
  const breath = new Breath(now);
  const writer = new ChunkWriter(sink, breath);
  try {
    await writeChunks(splitRequests(paced(body, breath), limits), writer, chunk);
  } catch (error) {
    await writer.settle();
    // What cannot be removed now is found later, like the chunks of a process that was killed here.
    await sink.discard().catch(() => undefined);
    throw error;
  }
  const { chunks } = writer;
  return {
    lines: chunks.reduce((sum, { lines }) => sum + lines, 0),
    bytes: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
    chunks,
  };
};
