import type { Deployment, Route } from '#core';
import type { Ask, Engine } from '#routing';

/** A deployment that nobody will call: of a provider and a credential of its own. */
export const aDeployment = (name: string, weight = 1): Deployment => ({
  id: `${name}/main/model`,
  provider: {
    name,
    kind: 'anthropic',
    baseUrl: `http://${name}.example`,
    timeouts: { connectMs: 5_000, firstByteMs: 60_000, idleMs: 90_000, totalMs: 3_600_000 },
  },
  credential: { name: 'main', apiKey: name, fingerprint: name, limits: undefined },
  model: 'model',
  tier: 1,
  weight,
});

export const aRoute = (deployments: readonly Deployment[]): Route => ({
  name: 'route',
  deployments,
  affinity: { by: 'prefix', header: 'x-claude-code-session-id' },
  waitMs: 0,
});

export const anAsk = (key?: string): Ask => ({
  estimate: { inputTokens: 100, outputTokens: 100 },
  stream: false,
  urgency: 'interactive',
  clientRetries: 0,
  affinityKey: () => key,
});

/** Where a call of that conversation goes; it is answered at once. Undefined when it goes nowhere. */
export const answeredBy = (engine: Engine, route: Route, key?: string): Deployment | undefined => {
  const plan = engine.plan(route, anAsk(key));
  const choice = plan.next();
  if (choice.kind !== 'try') return undefined;
  plan.settled(choice.deployment, { kind: 'answered' });
  return choice.deployment;
};
