import { readFile } from 'node:fs/promises';
import type { Config } from './config.js';
import type { Environment } from './environment-reference.js';
import { ConfigError } from './fault.js';
import { parseConfig } from './parse-config.js';

/** The file that is read when nobody names one. */
const DEFAULT_CONFIG_FILE = 'switchyard.yaml';

/** The configuration's file: the one named on the command line, else by `SWITCHYARD_CONFIG`, else `./switchyard.yaml`. */
export const configFile = (named?: string, env: Environment = process.env): string =>
  named || env.SWITCHYARD_CONFIG || DEFAULT_CONFIG_FILE;

const whyUnreadable = (file: string, error: NodeJS.ErrnoException): string => {
  if (error.code === 'ENOENT')
    return `there is no such file; copy examples/switchyard.yaml to ${file}, or name yours in SWITCHYARD_CONFIG`;
  return `cannot be read (${error.code ?? error.message}); make it a file that this user may read`;
};

/** Reads and checks a configuration file. Throws `ConfigError`, which lists every fault. */
export const loadConfig = async (file: string, env: Environment = process.env): Promise<Config> => {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ConfigError(file, [{ line: 0, column: 0, path: '', message: whyUnreadable(file, error) }]);
  });
  const { config, faults } = parseConfig(text, { file, env });
  if (!config) throw new ConfigError(file, faults);
  return config;
};
