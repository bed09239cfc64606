import { randomBytes } from 'node:crypto';
import {
  type ChunkRun,
  ChunkWorker,
  connectQueue,
  connectWorkRedis,
  LANES,
  Pulse,
  Roster,
  WebhookSender,
  type WorkRunner,
} from '#batches';
import type { ConfigSource, Logger, Telemetry } from '#platform';
import { type OpenedWorks, openCallPath, openWorks, replicaId } from '#replica';
import { checkEviction } from './check-redis.js';
import { type Lines, openLines } from './line/open-lines.js';
import { oldestOpenMs } from './observe/oldest-open.js';
import { WebhookMetrics } from './observe/webhook-metrics.js';
import { WorkerMetrics } from './observe/worker-metrics.js';
import { placesFor } from './places.js';
import { untilRedis } from './until-redis.js';

export interface WorkerOptions {
  config: ConfigSource;
  logger: Logger;
  telemetry: Telemetry;
  /** This process takes no work any more, and cannot mend that by itself. */
  onWedged: (message: string) => void;
}

/** A worker that takes work. */
export interface Worker {
  /** It is there, and asks for work. */
  isReady: () => boolean;
  /** Takes no more, lets calls under way end for at most so long as is configured, gives the rest back, and is gone. */
  close: () => Promise<void>;
}

/**
 * The composition root: everything is made here, once, and handed to whoever needs it. Resolves when Redis is there and work is
 * taken; rejects with `Unfit` where that cannot be.
 */
export const startWorker = async (options: WorkerOptions): Promise<Worker> => {
  const { config, logger } = options;
  const stopping = new AbortController();
  await readyRedis(options);
  const path = await openCallPath({ config, logger });
  const works = await openWorks({ config, logger, onRefused: (tickets) => chunks.worker.runDirectly(tickets) });
  const lines = openLines({
    ...options,
    path,
    onEnded: ({ work }, status) => chunks.metrics.lineEnded(work.kind, status),
  });
  const runner = works.runnerFor({
    runner: lines.runner,
    slots: lines.booked,
    graceMs: config.current.listen.drainMs,
    onSentAgain: ({ kind }) => chunks.metrics.lineSentAgain(kind),
  });
  const chunks: Chunks = openChunks(options, works, { lines, runner, stop: stopping.signal });
  const webhooks = openWebhooks(options, works);

  await chunks.worker.start();
  await chunks.pulse.start();
  works.reconciler.start();
  webhooks.start();
  return {
    isReady: () => !stopping.signal.aborted && LANES.every((lane) => !chunks.worker.state(lane).isSilent),
    close: async () => {
      await chunks.pulse.leave();
      stopping.abort(new Error('The worker stops.'));
      await Promise.all([chunks.worker.stop(), webhooks.close(), works.reconciler.stop()]);
      await works.close();
      await path.close();
    },
  };
};

/** Before anything is opened that would have to be closed again. */
const readyRedis = async ({ config, logger }: WorkerOptions): Promise<void> => {
  const redis = connectWorkRedis(config.current.redis);
  try {
    await untilRedis(redis, logger);
    await checkEviction(redis);
  } finally {
    redis.disconnect();
  }
};

/** What takes chunks, and shows that it does. */
interface Chunks {
  worker: ChunkWorker;
  pulse: Pulse;
  metrics: WorkerMetrics;
}

const openChunks = (
  { config, logger, telemetry, onWedged }: WorkerOptions,
  { store, schedule, dispatcher, doorbell }: OpenedWorks,
  { lines, runner, stop }: { lines: Lines; runner: WorkRunner; stop: AbortSignal },
): Chunks => {
  const { redis, batches } = config.current;
  const places = placesFor(batches.concurrency);
  const worker: ChunkWorker = new ChunkWorker({
    connect: () => connectQueue(redis, () => undefined),
    schedule,
    dispatcher,
    places,
    run: ({ work, chunk }) => runner.run(work, chunk, stop),
    onRun: (run) => logChunk(logger, metrics, run),
    onError: (error) => logger.debug({ msg: 'queue', error: error.message }),
  });
  const pulse = new Pulse({
    redis: store.redis,
    roster: new Roster(store.redis),
    dispatcher,
    doorbell,
    worker,
    places,
    name: `${replicaId}:${randomBytes(3).toString('hex')}`,
    onWedged: (lane, idleMs) =>
      onWedged(
        `No ${lane} were taken from the queue for ${Math.round(idleMs / 1000)} s; a new process will take them.`,
      ),
    onError: (error) => logger.debug({ msg: 'pulse', error: String(error) }),
  });
  const metrics = new WorkerMetrics(telemetry.meter, {
    running: () => LANES.map((lane) => ({ lane, chunks: worker.state(lane).running, places: places[lane] })),
    lines: () => lines.slots.underWay,
    limits: () => lines.slots.limits(),
    queued: () => LANES.map((lane) => ({ lane, chunks: pulse.waiting(lane) })),
    oldestOpenMs: () => oldestOpenMs(store),
  });
  return { worker, pulse, metrics };
};

const openWebhooks = ({ config, telemetry }: WorkerOptions, { store }: OpenedWorks): WebhookSender => {
  const metrics = new WebhookMetrics(telemetry.meter, () => store.sets.untold().catch(() => undefined));
  return new WebhookSender({
    store,
    settings: () => config.current.webhooks,
    onAttempt: (outcome) => metrics.attempted(outcome),
  });
};

const logChunk = (logger: Logger, metrics: WorkerMetrics, run: ChunkRun): void => {
  metrics.chunkRun(run);
  const { ticket, end, durationMs, error } = run;
  const line = {
    msg: 'chunk',
    work: ticket.work,
    chunk: ticket.chunk,
    end: end ?? 'failed',
    ms: Math.round(durationMs),
  };
  if (end !== undefined) logger.info(line);
  else logger.warn({ ...line, error: error instanceof Error ? error.message : undefined });
};
