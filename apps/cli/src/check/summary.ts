import type { Deployment } from '#core';
import type { Config } from '#platform';

/** What a configuration amounts to, without any secret. The JSON form of `switchyard check`. */
export interface Summary {
  providers: { name: string; kind: string; base_url: string; credentials: string[] }[];
  models: { name: string; aliases: string[]; tiers: string[][] }[];
  keys: { name: string; workspace: string; models: string[] | null; expires: string | null }[];
}

const share = (deployment: Deployment, tier: readonly Deployment[]): string => {
  const total = tier.reduce((sum, { weight }) => sum + weight, 0);
  const percent = Math.round((100 * deployment.weight) / total);
  return tier.length > 1 ? `${deployment.id} ${percent}%` : deployment.id;
};

const tiersOf = (deployments: readonly Deployment[]): string[][] => {
  const numbers = [...new Set(deployments.map(({ tier }) => tier))];
  return numbers.map((number) => {
    const tier = deployments.filter((deployment) => deployment.tier === number);
    return tier.map((deployment) => share(deployment, tier));
  });
};

/** Names, addresses and shares of everything configured. */
export const summarize = (config: Config): Summary => ({
  providers: config.providers.map(({ name, kind, baseUrl, credentials }) => ({
    name,
    kind,
    base_url: baseUrl,
    credentials: credentials.map((credential) => credential.name),
  })),
  models: config.catalog.routes.map(({ name, deployments }) => ({
    name,
    aliases: [...(config.catalog.models.find((model) => model.name === name)?.aliases ?? [])],
    tiers: tiersOf(deployments),
  })),
  keys: config.keys.map(({ name, workspace, models, expiresAt }) => ({
    name,
    workspace,
    models: models ? [...models] : null,
    expires: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
  })),
});
