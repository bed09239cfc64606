import type { Deployment, LimitsMode, Route } from '#core';
import type { CallPath } from '#exchange';
import type { Meter, ObservableResult } from '@opentelemetry/api';
import type { DeploymentState } from '#routing';

const MODES: readonly LimitsMode[] = ['shared', 'split', 'strict', 'open'];

const sum = (one: number, other: number): number => one + other;

/**
 * What this replica thinks of its upstreams and of those around it, asked for at each scrape and at no other time.
 * Labels hold names from the configuration only: a wildcard's models are one, which may be used while one of them may.
 */
export const observeRouting = (meter: Meter, { engine, fleet }: CallPath, routes: () => readonly Route[]): void => {
  const gauge = (name: string, description: string, observe: (result: ObservableResult) => void): void =>
    meter.createObservableGauge(`switchyard.${name}`, { description }).addCallback(observe);
  const eachUpstream =
    (value: (state: DeploymentState) => number, together: (one: number, other: number) => number) =>
    (result: ObservableResult) => {
      const values = new Map<Deployment, number>();
      for (const state of engine.targets(routes())) {
        // What callers call models would be labels without end.
        const deployment = state.wildcard ?? state.deployment;
        const other = values.get(deployment);
        values.set(deployment, other === undefined ? value(state) : together(other, value(state)));
      }
      for (const [{ provider, credential, model }, read] of values)
        result.observe(read, { provider: provider.name, credential: credential.name, model: model ?? '*' });
    };
  gauge(
    'upstream_available',
    '1 where calls may go now, 0 where not',
    eachUpstream(({ excluded }) => (excluded ? 0 : 1), Math.max),
  );
  gauge(
    'upstream_in_flight',
    'Calls of this replica that are with the upstream',
    eachUpstream(({ inFlight }) => inFlight, sum),
  );
  gauge(
    'upstream_slow_start',
    '0.1 to 1: the part of its share that a returning upstream gets',
    eachUpstream((state) => state.slowStart, Math.max),
  );
  gauge('redis_up', '1 while Redis answers as quickly as calls need it to', (result) =>
    result.observe(fleet.state === 'up' ? 1 : 0),
  );
  gauge('replicas', 'Replicas that share the work, as last known', (result) => result.observe(fleet.replicas));
  gauge('limits_mode', 'How the limits of credentials hold now: 1 for the mode in force', (result) => {
    for (const mode of MODES) result.observe(fleet.credentialLimits.mode === mode ? 1 : 0, { mode });
  });
};
