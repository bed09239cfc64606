import { createLogger, openConfig, sendLastSpans, startTelemetry, StopSignals } from '#platform';
import { startGateway } from './gateway.js';

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
  await sendLastSpans(telemetry, logger);
};
