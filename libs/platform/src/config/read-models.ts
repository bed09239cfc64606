import { z } from 'zod';
import type { AffinityPolicy } from '#core';
import { readAffinity } from './affinity-entry.js';
import type { ModelEntry } from './catalog.js';
import type { Draft } from './draft.js';
import { durationWithin, MODEL_NAME, modelName, positiveInteger, price, wants, weight, words } from './entry-values.js';
import type { Path } from './fault.js';
import { suggestName } from './nearest.js';
import { readSection, entriesOf, section } from './section.js';
import { isMisplacedWildcard, isWildcard } from './wildcard.js';

const TIMESTAMP = 'a moment such as 2026-10-21T00:00:00Z';

const modelSection = section({
  aliases: z.array(modelName, wants('a list of names')).default([]),
  targets: z.unknown().optional(),
  affinity: z.unknown().optional(),
  wait: durationWithin(0, 60_000, 'from 0s to 60s, such as 2s').default(0),
  prices: section({
    input: price.optional(),
    output: price.optional(),
    cache_read: price.optional(),
    cache_write_5m: price.optional(),
    cache_write_1h: price.optional(),
  }).optional(),
  display_name: words('Claude Sonnet 4.5').optional(),
  created_at: z.iso.datetime({ offset: true, ...wants(TIMESTAMP) }).optional(),
  max_input_tokens: positiveInteger.optional(),
  max_tokens: positiveInteger.optional(),
});

const targetSection = section({
  provider: z.string(wants('the name of a provider')),
  model: modelName.optional(),
  tier: positiveInteger.default(1),
  weight: weight.default(1),
});

/** One line of `targets`. */
export type Target = z.output<typeof targetSection>;

/** A model as the file has it. */
export interface ModelDraft {
  model: ModelEntry;
  targets: Target[];
  affinity: AffinityPolicy;
  waitMs: number;
}

/** What a wildcard cannot have, because it is not one model. */
const NAMED_ONLY = ['aliases', 'display_name', 'created_at', 'max_input_tokens', 'max_tokens'];

const checkName = (draft: Draft, path: Path): void => {
  const name = String(path.at(-1));
  if (!MODEL_NAME.test(name)) draft.faultName(path, 'is not a model name; write one without spaces');
  if (isMisplacedWildcard(name))
    draft.faultName(path, 'has a * that is not at the end; write * alone or a beginning such as claude-*');
  if (!isWildcard(name)) return;
  for (const field of NAMED_ONLY)
    if (draft.at([...path, field]) !== undefined)
      draft.faultName([...path, field], 'says something of one model, and a wildcard is none; take it out');
};

const checkAlias = (draft: Draft, path: Path, taken: Map<string, string>): void => {
  const alias = draft.text(path);
  const owner = String(path[1]);
  if (alias === undefined) return;
  if (alias.includes('*')) draft.fault(path, 'is a wildcard; give it targets of its own under models');
  const other = taken.get(alias);
  if (other !== undefined) draft.fault(path, `${alias} already leads to ${other}; keep one of the two`);
  else taken.set(alias, owner);
};

/** Aliases share one namespace with the models. */
const checkAliases = (draft: Draft, models: readonly Path[]): void => {
  const taken = new Map(models.map((path) => [String(path.at(-1)), String(path.at(-1))]));
  for (const path of models) for (const alias of draft.entries([...path, 'aliases'])) checkAlias(draft, alias, taken);
};

const checkTiers = (draft: Draft, path: Path, targets: readonly Target[]): void => {
  const used = new Set(targets.map(({ tier }) => tier));
  const highest = Math.max(...used);
  for (let tier = 1; tier < highest; tier++)
    if (!used.has(tier)) {
      draft.fault(path, `tier ${tier} has no target and tier ${highest} has; number the tiers 1, 2, 3 without a gap`);
      return;
    }
};

const readTarget = (draft: Draft, path: Path, providers: readonly string[]): Target | undefined => {
  const provider = draft.text([...path, 'provider']);
  if (provider !== undefined && providers.length > 0 && !providers.includes(provider))
    draft.fault([...path, 'provider'], `there is no provider ${provider}; ${suggestName(provider, providers)}`);
  return readSection(draft, path, targetSection);
};

const readTargets = (draft: Draft, path: Path, providers: readonly string[]): Target[] => {
  const items = entriesOf(draft, path, { list: true, right: '[ { provider: NAME } ]' });
  const targets = items.map((item) => readTarget(draft, item, providers)).filter((target) => target !== undefined);
  // Half-read targets would make a gap where the file has none.
  if (targets.length < items.length) return targets;
  const seen = new Map<string, number>();
  for (const [index, { provider, model }] of targets.entries()) {
    const same = seen.get(JSON.stringify([provider, model]));
    if (same === undefined) seen.set(JSON.stringify([provider, model]), index);
    else draft.fault([...path, index], `is the same upstream as target ${same}; keep one and set its weight`);
  }
  checkTiers(draft, path, targets);
  return targets;
};

const readModel = (draft: Draft, path: Path, providers: readonly string[]): ModelDraft | undefined => {
  checkName(draft, path);
  const targets = readTargets(draft, [...path, 'targets'], providers);
  const affinity = readAffinity(draft, [...path, 'affinity']);
  const entry = readSection(draft, path, modelSection);
  if (!entry) return undefined;
  const model: ModelEntry = {
    name: String(path.at(-1)),
    aliases: entry.aliases,
    displayName: entry.display_name,
    createdAt: entry.created_at,
    maxInputTokens: entry.max_input_tokens,
    maxTokens: entry.max_tokens,
    prices: entry.prices,
  };
  return { model, targets, affinity, waitMs: entry.wait };
};

/** Reads `models`. Gives those without fault of their own. */
export const readModels = (draft: Draft): ModelDraft[] => {
  const right = 'one model or more, by name; "*" stands for every other name';
  const paths = entriesOf(draft, ['models'], { list: false, right });
  const providers = draft.entries(['providers']).map((path) => String(path.at(-1)));
  checkAliases(draft, paths);
  return paths.map((path) => readModel(draft, path, providers)).filter((model) => model !== undefined);
};
