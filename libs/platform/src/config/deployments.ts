import type { Deployment, Route } from '#core';
import type { ModelDraft, Target } from './read-models.js';
import type { ProviderEntry } from './read-providers.js';
import { isWildcard } from './wildcard.js';

/** One target as deployments: one for each credential, which divide the target's weight among them. */
const expand = (target: Target, { provider, credentials }: ProviderEntry, model: string | undefined): Deployment[] => {
  const total = credentials.reduce((sum, { weight }) => sum + weight, 0);
  return credentials.map(({ credential, weight }) => ({
    id: `${provider.name}/${credential.name}/${model ?? '*'}`,
    provider,
    credential,
    model,
    tier: target.tier,
    weight: (target.weight * weight) / total,
  }));
};

/**
 * The route of a model. A named model's target without a model of its own gets the model's name, so that an alias does not
 * travel upstream; a wildcard's passes on whatever was asked for.
 */
export const buildRoute = (
  { model, targets, affinity, waitMs }: ModelDraft,
  providers: ReadonlyMap<string, ProviderEntry>,
): Route => {
  const passedOn = isWildcard(model.name) ? undefined : model.name;
  const deployments = targets.flatMap((target) => {
    const entry = providers.get(target.provider);
    return entry ? expand(target, entry, target.model ?? passedOn) : [];
  });
  return { name: model.name, deployments: deployments.sort((a, b) => a.tier - b.tier), affinity, waitMs };
};
