import type { Redis } from 'ioredis';
import type { QueueOptions, WorkerOptions } from 'bullmq';

/** With a hash tag, so that a cluster keeps all keys of the queues together. */
const PREFIX = 'sw:{b}:q';

/** Of a worker that is lost, others have its chunks after at most the sum of the two. */
const LOCK_MS = 10_000;
const STALLED_MS = 5_000;

/** The queue fails a chunk that stalled more often; what is to become of it is not the queue's to judge. */
const STALLED_AT_MOST = 1_000;

/** The library's own pause of 15 s after a failed command would be as long an idle one after Redis is back. */
const RETRY_MS = 1_000;

/** Seconds that one wait for something in the queue lasts. */
const DRAIN_SECONDS = 5;

/** The queue tells of what happens in a stream, which nobody here reads. */
const EVENTS_KEPT = 1_000;

/** Connections for the queue only: its blocking reads and endless retries would be in the way of everybody else. */
export const queueOptions = (connection: Redis): QueueOptions => ({
  connection,
  prefix: PREFIX,
  streams: { events: { maxLen: EVENTS_KEPT } },
  defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
});

/** How a worker takes from a queue. */
export const workerOptions = (connection: Redis, concurrency: number): WorkerOptions => ({
  connection,
  prefix: PREFIX,
  concurrency,
  autorun: false,
  lockDuration: LOCK_MS,
  stalledInterval: STALLED_MS,
  maxStalledCount: STALLED_AT_MOST,
  runRetryDelay: RETRY_MS,
  drainDelay: DRAIN_SECONDS,
  removeOnComplete: { count: 0 },
  removeOnFail: { count: 0 },
});
