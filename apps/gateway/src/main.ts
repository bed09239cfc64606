import { ConfigSource, configFile, createLogger, type Logger, startTelemetry, type Telemetry } from '#platform';
import { startGateway } from './gateway.js';
import { StopSignals } from './stop-signals.js';

export interface RunGatewayOptions {
  /** Path of the configuration; undefined looks where `switchyard.yaml` is looked for. */
  config?: string;
  /** Over the configuration's own. */
  host?: string;
  port?: number;
}

const openConfig = async (file: string | undefined, logger: Logger): Promise<ConfigSource> => {
  const config = await ConfigSource.open(configFile(file), {
    onRefused: ({ faults }) => logger.error({ msg: 'configuration refused; the one in force stays', faults }),
    onRestartNeeded: (names) => logger.warn({ msg: 'configuration changed in parts that need a restart', names }),
  });
  for (const warning of config.current.warnings) logger.warn({ msg: 'configuration', warning });
  return config;
};

/** What a collector has not taken by now, it will not take. */
const LAST_SPANS_MS = 2_000;

const flush = async (telemetry: Telemetry, logger: Logger): Promise<void> => {
  const late = new Promise((resolve) => setTimeout(resolve, LAST_SPANS_MS).unref());
  const sent = telemetry
    .shutdown()
    .catch((error: unknown) => logger.warn({ msg: 'spans were lost', error: String(error) }));
  await Promise.race([sent, late]);
};

/**
 * Runs a gateway until SIGTERM or SIGINT. Resolves when it has stopped; rejects when it cannot start.
 * Prints one line when it is ready.
 */
export const runGateway = async (options: RunGatewayOptions): Promise<void> => {
  const signals = new StopSignals();
  const logger = createLogger('gateway');
  const config = await openConfig(options.config, logger);
  const telemetry = await startTelemetry('switchyard-gateway');
  const { listen } = config.current;
  const host = options.host ?? listen.host;
  const gateway = await startGateway({ config, logger, telemetry, host, port: options.port ?? listen.port });
  process.stdout.write(`switchyard gateway listening on ${gateway.url}\n`);

  // Readiness first, so that balancers look elsewhere; then no more connections; then the running calls.
  const first = await signals.next();
  gateway.drain();
  // An interrupt comes from a terminal, which has no balancer to wait for.
  if (first === 'SIGTERM') await signals.nextWithin(config.current.listen.drainDelayMs);
  void signals.next().then(() => gateway.cutOff());
  await gateway.close(config.current.listen.drainMs);

  config.close();
  await flush(telemetry, logger);
};
