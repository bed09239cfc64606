/** What a chunk may hold. */
export interface ChunkLimits {
  /** The lines of the first chunk. */
  leastLines: number;
  mostLines: number;
  /** Only a single line that is larger makes a larger chunk. */
  bytes: number;
}

/**
 * A chunk is what one worker runs at a time, and what another runs again when that one is lost. 256 lines keep a full
 * batch at some 400 chunks, which the queue hardly notices.
 */
export const CHUNK_LIMITS: ChunkLimits = { leastLines: 16, mostLines: 256, bytes: 4 * 1024 * 1024 };

/** A chunk is at most this part of what came before it. */
const PART = 4;

/**
 * How many lines the next chunk gets. How many are to come is not known while a batch arrives, so chunks begin small and
 * grow with it: however long it becomes, its last chunk is at most a fifth of it, and several workers can share it to the end.
 */
export const chunkLines = (linesBefore: number, { leastLines, mostLines }: ChunkLimits): number =>
  Math.min(mostLines, Math.max(leastLines, Math.floor(linesBefore / PART)));
