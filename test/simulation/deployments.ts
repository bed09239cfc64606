import type { Deployment, Route } from '#core';

const TIMEOUTS = { connectMs: 1_000, firstByteMs: 20_000, idleMs: 30_000, totalMs: 600_000 };

export interface Placement {
  provider: string;
  credential: string;
  tier: number;
  weight: number;
  model?: string;
}

/** A deployment that nothing is ever sent to. */
export const deploymentAt = ({ provider, credential, tier, weight, model = 'm' }: Placement): Deployment => ({
  id: `${provider}/${credential}/${model}`,
  provider: { name: provider, kind: 'anthropic', baseUrl: 'http://127.0.0.1:1', timeouts: TIMEOUTS },
  credential: { name: credential, apiKey: 'k', fingerprint: `${provider}-${credential}`, limits: undefined },
  model,
  tier,
  weight,
});

export const routeTo = (deployments: readonly Deployment[], by: Route['affinity']['by'], waitMs = 0): Route => ({
  name: 'm',
  deployments: deployments.toSorted((one, other) => one.tier - other.tier),
  affinity: { by, header: '' },
  waitMs,
});
