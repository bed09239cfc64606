import type { Manifest } from './work.js';

/** What a work is known by to the scheduler. */
export type Offered = Pick<Manifest, 'id' | 'kind' | 'workspace'>;

/** The scheduler: decides which chunk is run next, and where. */
export interface ChunkOffers {
  /**
   * These chunks want to be run. The same ones may be offered again and again, so an offer that is known must cost nothing; one that is lost does no harm. Rejects when it cannot be taken now.
   */
  offer(work: Manifest, chunks: readonly number[]): Promise<void>;
  /** Those of these chunks that neither wait for their turn nor were handed out: they have to be offered again. */
  unknown(work: Offered, chunks: readonly number[]): Promise<readonly number[]>;
  /** Nothing of the work wants to be run any more. What was handed out already finds that out by itself. */
  withdraw(work: Manifest): Promise<void>;
}
