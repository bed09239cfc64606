import type { Deployment } from '#core';
import type { DeploymentState, Exclusion, ExplainedDeployment, Explanation } from '#routing';

// Field names are the interface: tools and dashboards read them. Nothing here holds a secret.

const rounded = (ms: number | undefined): number | null => (ms === undefined ? null : Math.round(ms));

const viewDeployment = ({ id, provider, credential, model, tier, weight }: Deployment) => ({
  id,
  provider: provider.name,
  credential: credential.name,
  model: model ?? null,
  tier,
  weight,
});

const viewExclusion = ({ code, reason, remainingMs }: Exclusion) => ({
  code,
  reason,
  remaining_ms: rounded(remainingMs),
});

/** One entry of `GET /admin/v1/targets`. Milliseconds throughout. */
export const viewTarget = (state: DeploymentState) => ({
  ...viewDeployment(state.deployment),
  routes: state.routes,
  eligible: state.excluded === undefined,
  excluded: state.excluded ? viewExclusion(state.excluded) : null,
  breaker: {
    state: state.breaker.state,
    consecutive_failures: state.breaker.consecutiveFailures,
    remaining_ms: rounded(state.breaker.remainingMs),
  },
  last_30_s: { ok: state.window.ok, failed: state.window.failed },
  in_flight: state.inFlight,
  first_byte_ms: rounded(state.firstByteMs),
  slow_start: state.slowStart,
  headroom: state.headroom,
});

const inOrder = (a: ExplainedDeployment, b: ExplainedDeployment): number => (a.place ?? 0) - (b.place ?? 0);

/** The answer of `POST /admin/v1/explain`. */
export const viewExplanation = (model: string, route: string, explanation: Explanation) => ({
  model,
  route,
  policy: explanation.policy,
  panic: explanation.panic,
  retry_after_ms: rounded(explanation.retryAfterMs),
  eligible: explanation.deployments
    .filter(({ excluded }) => !excluded)
    .sort(inOrder)
    .map(({ deployment, place, standing }) => ({
      ...viewDeployment(deployment),
      place: place ?? null,
      score: standing?.score ?? null,
      share: standing?.share ?? null,
    })),
  excluded: explanation.deployments.flatMap(({ deployment, excluded }) =>
    excluded ? [{ ...viewDeployment(deployment), ...viewExclusion(excluded) }] : [],
  ),
});
