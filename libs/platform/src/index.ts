export type { Catalog, ModelEntry, Prices } from './config/catalog.js';
export type {
  Budget,
  Config,
  ConfiguredProvider,
  Limits,
  Listen,
  RedisAddress,
  RedisNodes,
  StorageAddress,
  Workspace,
} from './config/config.js';
export { ConfigSource } from './config/config-source.js';
export type { ConfigSourceOptions } from './config/config-source.js';
export { formatDuration } from './config/duration.js';
export type { Environment } from './config/environment-reference.js';
export { ConfigError, formatFault } from './config/fault.js';
export type { Fault } from './config/fault.js';
export { configFile, DEFAULT_CONFIG_FILE, loadConfig } from './config/load-config.js';
export { openConfig } from './config/open-config.js';
export { parseConfig } from './config/parse-config.js';
export type { ParsedConfig, ParseOptions } from './config/parse-config.js';
export { matchesPattern } from './config/wildcard.js';
export { createLogger } from './logging.js';
export type { Logger } from './logging.js';
export { randomByte } from './random-byte.js';
export { startTelemetry } from './telemetry.js';
export type { Telemetry } from './telemetry.js';
