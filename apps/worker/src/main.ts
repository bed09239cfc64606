import { createLogger, openConfig, sendLastSpans, startTelemetry, StopSignals } from '#platform';
import { startHealthServer } from './health-server.js';
import { startWorker } from './worker.js';
import { yieldToOthers } from './yield-to-others.js';

export interface RunWorkerOptions {
  /** Path of the configuration; undefined looks where `switchyard.yaml` is looked for. */
  config?: string;
  /** Where to answer `/health` and `/metrics`; undefined: nowhere. */
  port?: number;
  host?: string;
}

/** After the time of lines under way: for recording, for the last webhooks, and for a Redis that does not answer. */
const LAST_MS = 30_000;

/** The supervisor's cue to start another. */
const giveUp = (message: string): never => {
  process.stderr.write(`${message}\n`);
  process.exit(1);
};

/**
 * Runs a worker until SIGTERM or SIGINT, and ends the process when it has stopped; rejects when it cannot start.
 * Prints one line when it is ready. A second signal ends the process at once: what it had begun is taken up by others.
 */
export const runWorker = async (options: RunWorkerOptions): Promise<void> => {
  const signals = new StopSignals();
  yieldToOthers();
  const logger = createLogger('worker');
  const config = await openConfig(options.config, logger);
  const telemetry = await startTelemetry('switchyard-worker');
  const starting = startWorker({ config, logger, telemetry, onWedged: giveUp });
  // Until Redis is there this may take for ever.
  const worker = await Promise.race([starting, signals.next().then(() => undefined)]);
  if (!worker) process.exit(0);
  const health =
    options.port === undefined
      ? undefined
      : await startHealthServer(
          { isReady: worker.isReady, metrics: () => telemetry.scrape() },
          options.port,
          options.host ?? config.current.listen.host,
        );
  const at = health ? `, health on ${health.url}` : '';
  process.stdout.write(`switchyard worker ready: ${config.current.batches.concurrency} lines at a time${at}\n`);

  await signals.next();
  void signals.next().then(() => giveUp('stopped at once; what was under way is run again by others'));
  setTimeout(
    () => giveUp('could not stop in time; what was under way is run again by others'),
    config.current.listen.drainMs + LAST_MS,
  );
  await worker.close();

  health?.close();
  config.close();
  await sendLastSpans(telemetry, logger);
  // The queue's library would wait for ever for a Redis that is away, and the process with it.
  process.exit(0);
};
