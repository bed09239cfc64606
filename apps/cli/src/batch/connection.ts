import { access } from 'node:fs/promises';
import { gatewayOf } from '../explain/admin-client.js';
import { Failure } from '../failure.js';
import type { Surroundings } from '../surroundings.js';
import { DEMO_KEY, keptDemoKey } from '../up/demo-key.js';

/** The flags that all batch commands have. */
export interface ConnectionOptions {
  gateway?: string;
  config?: string;
}

/** Which gateway is asked, and as whom. */
export interface Connection {
  /** Without a slash at the end. */
  url: string;
  key: string;
  /** Where the key is from, for messages. */
  keyOrigin: string;
}

interface Found {
  url: string | undefined;
  key: string | undefined;
  keyOrigin: string;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** What the configuration says, where there is one; else what `switchyard up` uses without one. Throws `ConfigError`. */
const lookAround = async (named: string | undefined, env: NodeJS.ProcessEnv): Promise<Found> => {
  const { configFile, keySecret, loadConfig } = await import('#platform');
  const file = configFile(named, env);
  if (!named && !env.SWITCHYARD_CONFIG && !(await exists(file))) {
    const { DATA_FOLDER } = await import('../up/plan.js');
    const key = await keptDemoKey(DATA_FOLDER, DEMO_KEY);
    return {
      url: `http://127.0.0.1:${env.PORT || 8080}`,
      key,
      keyOrigin: `that of the demonstration, ${DATA_FOLDER}/demo-key`,
    };
  }
  const config = await loadConfig(file, env);
  const usable = config.keys.find(({ expiresAt = Infinity }) => expiresAt > Date.now());
  const key = usable && (await keySecret(file, usable.name, env));
  return { url: gatewayOf(config), key, keyOrigin: `${usable?.name} of ${file}` };
};

const checkedUrl = (text: string): string => {
  const url = URL.parse(text);
  if (url && ['http:', 'https:'].includes(url.protocol)) return text.replace(/\/+$/, '');
  throw new Failure(`${text} is no address of a gateway; write one such as http://127.0.0.1:8080.`);
};

/**
 * Where the gateway is: `--gateway`, else SWITCHYARD_URL, else as the configuration says. Which key: SWITCHYARD_API_KEY,
 * else the first of the configuration that has not expired. Never from the command line, which every process of the
 * machine can read. Throws `Failure`, or `ConfigError` where the configuration is needed and faulty.
 */
export const connectionOf = async (options: ConnectionOptions, { env }: Surroundings): Promise<Connection> => {
  const named = options.gateway || env.SWITCHYARD_URL;
  const given = env.SWITCHYARD_API_KEY;
  if (named && given) return { url: checkedUrl(named), key: given, keyOrigin: 'that of SWITCHYARD_API_KEY' };
  const found = await lookAround(options.config, env);
  const key = given || found.key;
  if (!key)
    throw new Failure(
      'There is no key to call the gateway with. Set SWITCHYARD_API_KEY, or run this where its configuration is (or name that with --config).',
    );
  return {
    url: checkedUrl(named ?? found.url ?? ''),
    key,
    keyOrigin: given ? 'that of SWITCHYARD_API_KEY' : found.keyOrigin,
  };
};
