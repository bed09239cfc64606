import { z } from 'zod';
import { buildCatalog } from './catalog.js';
import type { Config, Listen, WithoutRedis } from './config.js';
import { deepFreeze } from './deep-freeze.js';
import { buildRoute } from './deployments.js';
import { Draft } from './draft.js';
import { duration, host, oneOf, pause, port, positiveInteger, secret } from './entry-values.js';
import type { Environment } from './environment-reference.js';
import type { Fault } from './fault.js';
import { readKeys, readWorkspaces } from './read-access.js';
import { readBatches } from './read-batches.js';
import { judgeSecretLength } from './guessable.js';
import { readModels } from './read-models.js';
import { type ProviderEntry, readProviders, toConfiguredProvider } from './read-providers.js';
import { readRedisAddress } from './redis-address.js';
import { readWebhooks } from './read-webhooks.js';
import { readSection, section } from './section.js';
import { deriveSigningKey } from './signing-key.js';
import { readStorageAddress } from './storage-address.js';
import { warnOfSuspicions } from './suspicions.js';

const LONG_SECRET = 32;

/** Read by a function of its own. */
const apart = z.unknown().optional();

const fileSection = section({
  redis: apart,
  storage: apart,
  listen: apart,
  admin_key: secret().optional(),
  signing_key: secret().optional(),
  providers: apart,
  models: apart,
  workspaces: apart,
  keys: apart,
  without_redis: oneOf<WithoutRedis>(['strict', 'split', 'open']).default('split'),
  batches: apart,
  webhooks: apart,
});

const listenSection = (env: Environment) =>
  section({
    host: host.default('127.0.0.1'),
    port: port.prefault(env.PORT || 8080),
    drain_delay: pause.default(5000),
    drain: duration.default(600_000),
    max_in_flight: positiveInteger.default(10_000),
  }).transform(
    (entry): Listen => ({
      host: entry.host,
      port: entry.port,
      drainDelayMs: entry.drain_delay,
      drainMs: entry.drain,
      maxInFlight: entry.max_in_flight,
    }),
  );

/** What the text is judged against. */
export interface ParseOptions {
  /** The file's name, for messages. */
  file: string;
  env: Environment;
  /** Milliseconds since the epoch; tells which keys have expired. */
  now?: number;
}

/** Every fault at once, in the order of the file; or the configuration. */
export type ParsedConfig = { config: Config; faults?: undefined } | { config?: undefined; faults: readonly Fault[] };

const warnOfRandomSigningKey = (draft: Draft, providers: readonly ProviderEntry[]): void => {
  if (draft.text(['signing_key']) !== undefined || draft.text(['admin_key']) !== undefined) return;
  if (providers.some(({ provider }) => provider.kind === 'openai'))
    draft.warn(
      ['signing_key'],
      'is not set, so thinking signed by one replica is refused by others and after a restart; set one of 32 characters',
    );
};

/** Everything that is one setting and no list of named things. Undefined when some of it cannot be made out. */
const readSettings = (draft: Draft, env: Environment) => {
  const top = readSection(draft, [], fileSection);
  const redis = readRedisAddress(draft, env.REDIS_URL || 'redis://127.0.0.1:6379');
  const storage = readStorageAddress(draft, env.SWITCHYARD_STORAGE || 'file:./data');
  const listen = readSection(draft, ['listen'], listenSection(env));
  const batches = readBatches(draft);
  const webhooks = readWebhooks(draft);
  for (const name of ['admin_key', 'signing_key']) judgeSecretLength(draft, [name], LONG_SECRET);
  if (!top || !redis || !storage || !listen || !batches || !webhooks) return undefined;
  return {
    redis,
    storage,
    listen,
    adminKey: top.admin_key,
    signingKey: deriveSigningKey(top.signing_key ?? top.admin_key),
    withoutRedis: top.without_redis,
    batches,
    webhooks,
  };
};

/** Reads the text of `switchyard.yaml`. Pure but for the clock, where no `now` is given. */
export const parseConfig = (text: string, { file, env, now = Date.now() }: ParseOptions): ParsedConfig => {
  const draft = new Draft(text, env);
  if (!draft.readable) return { faults: draft.faults };
  const settings = readSettings(draft, env);
  const providers = readProviders(draft);
  const models = readModels(draft);
  const workspaces = readWorkspaces(draft);
  const keys = readKeys(draft, workspaces);
  if (draft.faults.length > 0 || !settings) return { faults: draft.faults };

  warnOfSuspicions(draft, models, now);
  warnOfRandomSigningKey(draft, providers);
  const byName = new Map(providers.map((entry) => [entry.provider.name, entry]));
  return {
    config: deepFreeze({
      file,
      ...settings,
      providers: providers.map(toConfiguredProvider),
      catalog: buildCatalog(models.map((model) => ({ model: model.model, route: buildRoute(model, byName) }))),
      workspaces,
      keys,
      warnings: draft.warnings,
    }),
  };
};
