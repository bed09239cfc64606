import { ConfigSource, configFile, createLogger, startTelemetry } from '#platform';
import { type Gateway, startGateway } from './gateway.js';

export interface RunGatewayOptions {
  /** Path of the configuration; undefined looks where `switchyard.yaml` is looked for. */
  config?: string;
  /** Over the configuration's own. */
  host?: string;
  port?: number;
}

/**
 * Runs a gateway until SIGTERM or SIGINT. Resolves when it has stopped; rejects when it cannot start.
 * Prints one line when it is ready.
 */
export const runGateway = async (options: RunGatewayOptions): Promise<void> => {
  const logger = createLogger('gateway');
  const config = await ConfigSource.open(configFile(options.config), {
    onRefused: ({ faults }) => logger.error({ msg: 'configuration refused; the one in force stays', faults }),
    onRestartNeeded: (names) => logger.warn({ msg: 'configuration changed in parts that need a restart', names }),
  });
  for (const warning of config.current.warnings) logger.warn({ msg: 'configuration', warning });
  const telemetry = startTelemetry('switchyard-gateway');
  const { listen } = config.current;
  const gateway = await startGateway({
    config,
    logger,
    telemetry,
    host: options.host ?? listen.host,
    port: options.port ?? listen.port,
  });
  const end = stopped(gateway, config);
  process.stdout.write(`switchyard gateway listening on ${gateway.url}\n`);
  await end;
  config.close();
  await telemetry.shutdown();
};

/**
 * Readiness first, so that balancers look elsewhere; then no more connections; then the running calls.
 * An interrupt from a terminal has no balancer to wait for, and a second signal waits for nothing.
 */
const stopped = (gateway: Gateway, config: ConfigSource): Promise<void> =>
  new Promise((resolve, reject) => {
    let asked = 0;
    const stop = (signal: NodeJS.Signals) => {
      asked++;
      if (asked > 1) {
        gateway.close(0).then(resolve, reject);
        return;
      }
      gateway.drain();
      const { drainMs, drainDelayMs } = config.current.listen;
      const close = () => void gateway.close(drainMs).then(resolve, reject);
      setTimeout(close, signal === 'SIGINT' ? 0 : drainDelayMs);
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
