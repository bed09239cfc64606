import { once } from 'node:events';
import {
  type AssembledWorks,
  assembleWorks,
  ChunkDispatcher,
  connectQueue,
  connectWorkNews,
  connectWorkRedis,
  Doorbell,
  openStorage,
  openWorkStore,
  Schedule,
  type Ticket,
  type WorkStore,
} from '#batches';
import type { ConfigSource, Logger } from '#platform';
import { workReport } from './work-report.js';

/** Jobs and batches, as every process has them. */
export interface OpenedWorks extends AssembledWorks {
  store: WorkStore;
  schedule: Schedule;
  dispatcher: ChunkDispatcher;
  doorbell: Doorbell;
  /** When nothing of it is used any more. */
  close(): Promise<void>;
}

export interface OpenWorksOptions {
  config: ConfigSource;
  logger: Logger;
  /** Takes chunks that Redis is too full to queue; only a worker can. */
  onRefused?: (tickets: readonly Ticket[]) => Promise<void>;
}

/** The library closes the queues in order only while Redis answers. */
const CLOSING_MS = 1_000;

const within = (ms: number, closing: Promise<void>): Promise<void> =>
  Promise.race([closing.catch(() => undefined), new Promise<void>((resolve) => setTimeout(resolve, ms).unref())]);

/** A Redis that says neither yes nor no for so long is away. */
const CONNECTING_MS = 3_000;

/** Resolves once Redis can be asked, or cannot for now: whoever asks at once would take a connection on its way for a Redis that is away. */
const settled = async (redis: ReturnType<typeof connectWorkRedis>): Promise<void> => {
  if (redis.status === 'ready') return;
  const signal = AbortSignal.timeout(CONNECTING_MS);
  await Promise.race([once(redis, 'ready', { signal }), once(redis, 'close', { signal })]).catch(() => undefined);
};

/** Opens storage, and what Redis has of jobs and batches. Redis may come later; storage may not. */
export const openWorks = async ({ config, logger, onRefused }: OpenWorksOptions): Promise<OpenedWorks> => {
  const { redis: address, storage, batches } = config.current;
  const report = workReport(logger, () => performance.now());
  const redis = connectWorkRedis(address);
  const listener = connectWorkNews(address);
  const queue = connectQueue(address, () => undefined);
  await settled(redis);
  const store = await openWorkStore({ storage: await openStorage(storage), redis, listener, report });
  const weightOf = (workspace: string): number =>
    config.current.workspaces.find(({ name }) => name === workspace)?.weight ?? 1;
  const schedule = new Schedule(redis, weightOf);
  const onError = (error: unknown): void =>
    report('batches.waiting', { what: 'handing out chunks', error: String(error) });
  const doorbell = new Doorbell(queue, () => undefined);
  const dispatcher = new ChunkDispatcher(schedule, doorbell, { onError, onRefused });
  const limits = { batches: batches.maxOpen, lines: batches.maxQueuedRequests };
  return {
    ...assembleWorks({ store, offers: dispatcher, limits, archiveAfterMs: batches.archiveAfterMs }),
    store,
    schedule,
    dispatcher,
    doorbell,
    close: async () => {
      // While Redis is away there is nothing to wait for: whatever is not in the queue is found again from storage.
      const closingMs = redis.status === 'ready' ? CLOSING_MS : 0;
      await within(closingMs, dispatcher.settled());
      await within(closingMs, doorbell.close());
      for (const client of [queue, redis, listener]) client.disconnect();
    },
  };
};
