import type { ApiError } from '#core';
import type { Settlement } from '#exchange';
import { Tally } from '#platform';
import type { Meter } from '@opentelemetry/api';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

const histogram = (meter: Meter, name: string, description: string) =>
  meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: SECONDS } });

/** What a caller's hang-up is counted under, as nginx does: there is no status that somebody was given. */
const HUNG_UP = 499;

/**
 * What is counted of calls. Labels hold names from the configuration only, never from a request, so their number
 * is bounded by the configuration.
 */
export class CallMetrics {
  private readonly calls;
  private readonly refusals;
  private readonly attempts;
  private readonly tokens;
  private readonly prompts;
  private readonly duration;
  private readonly firstContent;

  constructor(meter: Meter, inFlight: () => number) {
    this.calls = new Tally(meter, {
      name: 'switchyard.calls',
      description: 'Calls that were admitted, by how they ended',
      labels: ['route', 'endpoint', 'stream', 'outcome', 'status'],
    });
    this.refusals = new Tally(meter, {
      name: 'switchyard.refusals',
      description: 'Requests answered with an error before they became calls',
      labels: ['status', 'type'],
    });
    this.attempts = new Tally(meter, {
      name: 'switchyard.attempts',
      description: 'Requests to upstreams, by outcome',
      labels: ['provider', 'credential', 'outcome'],
    });
    this.tokens = new Tally(meter, {
      name: 'switchyard.tokens',
      description: 'Tokens used, by kind; the kinds are disjoint',
      labels: ['route', 'provider', 'kind'],
    });
    this.prompts = new Tally(meter, {
      name: 'switchyard.prompt_tokens',
      description: 'Prompt tokens of answered calls, by what chose the upstream and whether its cache had them',
      labels: ['route', 'policy', 'cached'],
    });
    this.duration = histogram(meter, 'gen_ai.server.request.duration', 'From a request to the end of its answer');
    this.firstContent = histogram(
      meter,
      'gen_ai.server.time_to_first_token',
      'From a request to the first content given to the caller of a stream',
    );
    meter
      .createObservableGauge('switchyard.in_flight', { description: 'Calls being answered now' })
      .addCallback((gauge) => gauge.observe(inFlight()));
  }

  settled({ call, attempts, policy, outcome, status, usage, durationMs, contentMs }: Settlement): void {
    const { request, route } = call;
    this.calls.add(1, route.name, request.endpoint, request.stream, outcome, status ?? HUNG_UP);
    this.duration.record(durationMs / 1000, { route: route.name, stream: request.stream });
    if (request.stream && contentMs !== undefined) this.firstContent.record(contentMs / 1000, { route: route.name });
    for (const { deployment, outcome } of attempts)
      this.attempts.add(1, deployment.provider.name, deployment.credential.name, outcome);
    const provider = attempts.at(-1)?.deployment.provider.name ?? 'none';
    if (usage.cacheRead !== null) {
      this.prompts.add(usage.cacheRead, route.name, policy, 'yes');
      const fresh = (usage.input ?? 0) + (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0);
      this.prompts.add(fresh, route.name, policy, 'no');
    }
    this.count(route.name, provider, 'input', usage.input);
    this.count(route.name, provider, 'output', usage.output);
    this.count(route.name, provider, 'cache_read', usage.cacheRead);
    this.count(route.name, provider, 'cache_write_5m', usage.cacheWrite5m);
    this.count(route.name, provider, 'cache_write_1h', usage.cacheWrite1h);
  }

  refused(error: ApiError): void {
    this.refusals.add(1, error.status, error.error.type);
  }

  private count(route: string, provider: string, kind: string, tokens: number | null): void {
    if (tokens) this.tokens.add(tokens, route, provider, kind);
  }
}
