import { provider, type Section, TEST_ADMIN_KEY, testConfig } from '#testing';
import type { Simulator } from '../../../apps/simulator/src/simulator.js';

/** An upstream in a route. */
export interface Upstream {
  /** Where it is: a simulator, or what stands before one. */
  url: string;
  tier?: number;
  /** Members of the provider's entry, such as `credentials` or `timeouts`. */
  entry?: Section;
}

const sections = (upstreams: readonly Upstream[], prefix: string): { providers: Section; targets: Section[] } => ({
  providers: Object.fromEntries(
    upstreams.map(({ url, entry }, index) => [`${prefix}-${index + 1}`, provider('anthropic', url, entry)]),
  ),
  targets: upstreams.map(({ tier = 1 }, index) => ({ provider: `${prefix}-${index + 1}`, tier })),
});

/** The name of the one model in these configurations. */
export const MODEL = 'sim';

/** A configuration in which one model leads to these upstreams: `up-1`, `up-2` and so on. */
export const leadingTo = (upstreams: readonly Upstream[], model: Section = {}, more: Section = {}): Section => {
  const { providers, targets } = sections(upstreams, 'up');
  return testConfig({
    admin_key: TEST_ADMIN_KEY,
    providers,
    models: { [MODEL]: { targets, ...model } },
    ...more,
  });
};

/** The same with a model `warm` that nothing is wrong with, so that gateways can be warmed up before anything counts. */
export const withWarmRoute = (config: Section, url: string): Section => ({
  ...config,
  providers: { ...(config.providers as Section), warm: provider('anthropic', url) },
  models: { ...(config.models as Section), warm: { targets: [{ provider: 'warm' }] } },
});

/** When calls arrived at a simulator, in milliseconds since the epoch. */
export const arrivals = ({ ledger }: Simulator, fromMs = 0, toMs = Number.POSITIVE_INFINITY): number[] =>
  ledger
    .entries()
    .map(({ received_at: at }) => at)
    .filter((at) => at >= fromMs && at < toMs);

/** The longest sequence of open times that a breaker with equal jitter can fit into a while: how often it may probe at most. */
export const mostProbes = (whileMs: number): number => {
  let probes = 0;
  let passed = 0;
  for (let open = 5_000; ; open = Math.min(2 * open, 120_000)) {
    passed += open / 2;
    if (passed > whileMs) return probes;
    probes++;
  }
};
