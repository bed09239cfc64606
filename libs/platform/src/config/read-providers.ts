import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Credential, type Provider, type ProviderKind, type Timeouts, VENDORS } from '#core';
import { checkBaseUrl } from './base-url.js';
import type { ConfiguredProvider } from './config.js';
import type { Draft } from './draft.js';
import { duration, isLabel, LABEL_FORM, label, oneOf, secret, wants, weight } from './entry-values.js';
import type { Path } from './fault.js';
import { limitsEntry } from './limits-entry.js';
import { readSection, entriesOf, section } from './section.js';

const KINDS: readonly string[] = ['anthropic', 'openai'] satisfies ProviderKind[];
const NOT_BUILT = ['gemini', 'bedrock', 'vertex'];

const DEFAULTS = { connect: 5000, first_byte: 60_000, idle: 90_000, total: 3_600_000 };

const timeouts = section({
  connect: duration.default(DEFAULTS.connect),
  first_byte: duration.default(DEFAULTS.first_byte),
  idle: duration.default(DEFAULTS.idle),
  total: duration.default(DEFAULTS.total),
}).transform(
  ({ connect, first_byte, idle, total }): Timeouts => ({
    connectMs: connect,
    firstByteMs: first_byte,
    idleMs: idle,
    totalMs: total,
  }),
);

const providerEntry = section({
  kind: oneOf<ProviderKind>(KINDS, NOT_BUILT),
  base_url: z.string(wants('the address of the service')),
  vendor: oneOf<string>(VENDORS).optional(),
  credentials: z.unknown().optional(),
  timeouts: timeouts.prefault({}),
});

const credentialEntry = section({
  name: label,
  api_key: secret(),
  weight: weight.default(1),
  limits: limitsEntry.optional(),
});

/** A key of a provider, with its share of the provider's traffic. */
interface WeightedCredential {
  credential: Credential;
  weight: number;
}

/** A provider as the file has it: the part that deployments share, and its keys. */
export interface ProviderEntry {
  provider: Provider;
  credentials: WeightedCredential[];
}

/** Enough to tell the handful of keys that one credential has over the years apart, and nothing to find a key by. */
const fingerprintOf = (apiKey: string): string => createHash('sha256').update(apiKey).digest('hex').slice(0, 12);

const readCredentials = (draft: Draft, path: Path): WeightedCredential[] => {
  const items = entriesOf(draft, path, { list: true, right: '[ { name: main, api_key: "${NAME}" } ]' });
  const names = new Set<string>();
  const read: WeightedCredential[] = [];
  for (const item of items) {
    const name = draft.text([...item, 'name']);
    if (name !== undefined && names.has(name))
      draft.fault([...item, 'name'], `${name} is taken by a credential above; choose another name`);
    if (name !== undefined) names.add(name);
    const entry = readSection(draft, item, credentialEntry);
    if (!entry) continue;
    const { api_key: apiKey, limits } = entry;
    read.push({
      credential: { name: entry.name, apiKey, fingerprint: fingerprintOf(apiKey), limits },
      weight: entry.weight,
    });
  }
  return read;
};

const readProvider = (draft: Draft, path: Path): ProviderEntry | undefined => {
  const name = String(path.at(-1));
  if (!isLabel(name)) draft.faultName(path, `is not a name for a provider; write ${LABEL_FORM}`);
  const credentials = readCredentials(draft, [...path, 'credentials']);
  const entry = readSection(draft, path, providerEntry);
  if (!entry) return undefined;
  const { kind, vendor } = entry;
  if (vendor !== undefined && kind !== 'openai') draft.fault([...path, 'vendor'], `is for kind: openai; take it out`);
  const base = checkBaseUrl(entry.base_url, kind);
  if ('problem' in base) {
    draft.fault([...path, 'base_url'], base.problem);
    return undefined;
  }
  if (kind === 'openai' && new URL(base.url).pathname === '/')
    draft.warn([...path, 'base_url'], 'has no path, and services of this kind mostly end in /v1; add it if yours does');
  return { provider: { name, kind, baseUrl: base.url, vendor, timeouts: entry.timeouts }, credentials };
};

/** Reads `providers`. Gives those without fault. */
export const readProviders = (draft: Draft): ProviderEntry[] => {
  const paths = entriesOf(draft, ['providers'], { list: false, right: 'one provider or more, by name' });
  const read = paths.map((path) => readProvider(draft, path));
  return read.filter((entry) => entry !== undefined);
};

/** The outside view, for whoever calls a provider without routing. */
export const toConfiguredProvider = ({ provider, credentials }: ProviderEntry): ConfiguredProvider => ({
  ...provider,
  credentials: credentials.map(({ credential }) => credential),
});
