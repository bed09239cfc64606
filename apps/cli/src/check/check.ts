import colors from 'picocolors';
import { type Config, ConfigError, configFile, formatFault, loadConfig } from '#platform';
import type { Surroundings } from '../surroundings.js';
import { checkLive, type LiveAnswer } from './live-check.js';
import { type Summary, summarize } from './summary.js';
import { table } from './table.js';

/** The flags of `switchyard check`. */
export interface CheckOptions {
  config?: string;
  live?: boolean;
  json?: boolean;
}

const load = async (file: string, env: NodeJS.ProcessEnv): Promise<Config | ConfigError> => {
  try {
    return await loadConfig(file, env);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
};

const heading = (text: string, body: string): string => `\n${colors.bold(text)}\n${body}`;

const describe = ({ providers, models, keys }: Summary): string[] => [
  heading(
    'providers',
    table(providers.map(({ name, kind, base_url, credentials }) => [name, kind, base_url, credentials.join(', ')])),
  ),
  heading(
    'models',
    table(
      models.map(({ name, aliases, tiers }) => [
        [name, ...aliases].join(', '),
        tiers.map((tier) => tier.join(' + ')).join(', then '),
      ]),
    ),
  ),
  heading(
    'keys',
    keys.length === 0
      ? '  none'
      : table(
          keys.map(({ name, workspace, models: allowed, expires }) => [
            name,
            workspace,
            allowed?.join(', ') ?? 'every model',
            expires ? `until ${expires}` : '',
          ]),
        ),
  ),
];

const describeLive = (answers: readonly LiveAnswer[]): string =>
  heading(
    'live',
    table(
      answers.map(({ provider, credential, status, ms, note }) => [
        `${provider}/${credential}`,
        String(status ?? '-'),
        `${ms} ms`,
        note,
      ]),
    ),
  );

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`;

const refuse = ({ file, faults, message }: ConfigError, json: boolean, { print, complain }: Surroundings): number => {
  if (json) print(JSON.stringify({ file, ok: false, faults }, null, 2));
  else complain(`${message}\n\n${count(faults.length, 'fault')}: this configuration would be refused.`);
  return 1;
};

/** Judges the configuration, and with `live` the providers too. Resolves to the exit code. */
export const check = async (options: CheckOptions, surroundings: Surroundings): Promise<number> => {
  const { print } = surroundings;
  const config = await load(configFile(options.config, surroundings.env), surroundings.env);
  if (config instanceof ConfigError) return refuse(config, options.json ?? false, surroundings);

  const answers = options.live ? await checkLive(config.providers) : undefined;
  const works = answers?.every((answer) => answer.works) ?? true;
  const summary = summarize(config);
  if (options.json) {
    print(
      JSON.stringify({ file: config.file, ok: works, warnings: config.warnings, ...summary, live: answers }, null, 2),
    );
    return works ? 0 : 1;
  }
  const { providers, models, keys } = summary;
  print(
    `${config.file} is sound: ${count(providers.length, 'provider')}, ${count(models.length, 'model')}, ${count(keys.length, 'key')}.`,
  );
  for (const part of describe(summary)) print(part);
  if (answers) print(describeLive(answers));
  if (config.warnings.length > 0)
    print(heading('warnings', config.warnings.map((warning) => `  ${formatFault(config.file, warning)}`).join('\n')));
  return works ? 0 : 1;
};
