import { ConfigSource } from './config/config-source.js';
import { configFile } from './config/load-config.js';
import type { Logger } from './logging.js';

/** Reads the configuration as the gateway and the worker do, and tells the log what becomes of it. Rejects with `ConfigError`. */
export const openConfig = async (file: string | undefined, logger: Logger): Promise<ConfigSource> => {
  const config = await ConfigSource.open(configFile(file), {
    onRefused: ({ faults }) => logger.error({ msg: 'configuration refused; the one in force stays', faults }),
    onRestartNeeded: (names) => logger.warn({ msg: 'configuration changed in parts that need a restart', names }),
  });
  for (const warning of config.current.warnings) logger.warn({ msg: 'configuration', warning });
  return config;
};
