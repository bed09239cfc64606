import type { Manifest } from './work.js';

/** The scheduler: decides which chunk is run next, and where. */
export interface ChunkOffers {
  /**
   * These chunks want to be run. The same ones are offered again and again until somebody holds them, so an offer that is known
   * must cost nothing; one that is lost does no harm. Rejects when it cannot be taken now.
   */
  offer(work: Manifest, chunks: readonly number[]): Promise<void>;
  /** Nothing of the work wants to be run any more. What was handed out already finds that out by itself. */
  withdraw(work: Manifest): Promise<void>;
}
