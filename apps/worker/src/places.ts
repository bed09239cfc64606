import type { Places } from '#batches';

/** Lines for which one more chunk is held: with fewer, chunks that come to their end would leave slots empty. */
const LINES_PER_CHUNK = 16;
const FEWEST = 4;
/** Each chunk is held in memory, with up to 4 MB of requests. */
const MOST = 16;

/** How many chunks a worker runs at once: enough to keep its lines busy, and of more than one workspace. A job is a chunk of one line. */
export const placesFor = (concurrency: number): Places => ({
  jobs: Math.max(FEWEST, concurrency),
  batches: Math.min(MOST, Math.max(FEWEST, Math.ceil(concurrency / LINES_PER_CHUNK))),
});
