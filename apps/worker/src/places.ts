import type { Places } from '#batches';

/** Each chunk is held in memory, with up to 4 MB of requests. */
const FEWEST = 16;
const MOST = 32;
/** Lines for which one more chunk is held. */
const LINES_PER_CHUNK = 16;

/**
 * How many chunks a worker runs at once. A workspace that is alone gets half of them, which has to be enough to keep all lines busy: chunks
 * of large batches have 256 lines, but the first of a batch, and those of small ones, have 16. A job is a chunk of one line.
 */
export const placesFor = (concurrency: number): Places => ({
  jobs: Math.max(FEWEST, 2 * concurrency),
  batches: Math.min(MOST, Math.max(FEWEST, Math.ceil((2 * concurrency) / LINES_PER_CHUNK))),
});
