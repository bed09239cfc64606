import type { Config } from './config.js';
import type { Environment } from './environment-reference.js';
import { formatFault } from './fault.js';
import { parseConfig } from './parse-config.js';

/** What specs call the file. */
export const FILE = 'switchyard.yaml';
const NOW = Date.parse('2026-11-22T00:00:00Z');

/** A file without fault, by line. For specs. */
export const SOUND: Readonly<Record<number, string>> = {
  1: 'providers:',
  2: '  main: { kind: anthropic, base_url: "https://a.test", credentials: [ { name: one, api_key: sk-1 } ] }',
  3: 'models:',
  4: '  m: { targets: [ { provider: main } ] }',
  5: 'keys:',
  6: '  - { name: ci, secret: 0123456789abcdef }',
  7: 'listen: { port: 8080 }',
};

/** The same with some lines changed. */
export const soundBut = (changed: Record<number, string>): string => Object.values({ ...SOUND, ...changed }).join('\n');

/** The faults of a text, as people see them. */
export const faultsOf = (text: string, env: Environment = {}): string[] =>
  (parseConfig(text, { file: FILE, env, now: NOW }).faults ?? []).map((fault) => formatFault(FILE, fault));

/** What a text without fault says. */
export const configOf = (text: string, env: Environment = {}): Config => {
  const { config } = parseConfig(text, { file: FILE, env, now: NOW });
  if (!config) throw new Error(faultsOf(text, env).join('\n'));
  return config;
};

/** The warnings of a text without fault, as people see them. */
export const warningsOf = (text: string): string[] =>
  configOf(text).warnings.map((warning) => formatFault(FILE, warning));

/** Line 2 with these entries. */
export const provider = (entries: string): string => `  main: { ${entries} }`;
export const CREDENTIALS = 'credentials: [ { name: one, api_key: sk-1 } ]';
/** Line 2 with these entries and a kind. */
export const anthropic = (entries: string): string => provider(`kind: anthropic, ${entries}`);
export const BASE = 'base_url: "https://a.test"';
