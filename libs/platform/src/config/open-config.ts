import type { Logger } from '../logging.js';
import type { Config } from './config.js';
import { ConfigSource } from './config-source.js';
import { formatFault } from './fault.js';
import { configFile } from './load-config.js';

const logWarnings = (logger: Logger, { file, warnings }: Config): void => {
  for (const warning of warnings) logger.warn({ event: 'config-warning' }, formatFault(file, warning));
};

/**
 * Opens the configuration of a long-running process, which logs what becomes of it. Takes the named file, else the one that
 * `configFile` finds. Throws `ConfigError`.
 */
export const openConfig = async (named: string | undefined, logger: Logger): Promise<ConfigSource> => {
  const source = await ConfigSource.open(configFile(named), {
    onRefused: ({ file, message }) =>
      logger.error({ event: 'config-refused', file }, `the new configuration is not in force:\n${message}`),
    onRestartNeeded: (names) =>
      logger.warn({ event: 'config-restart-needed', names }, `changes to ${names.join(', ')} wait for a restart`),
  });
  logWarnings(logger, source.current);
  source.onChange((config) => {
    logger.info({ event: 'config-reloaded', file: config.file }, 'the new configuration is in force');
    logWarnings(logger, config);
  });
  return source;
};
