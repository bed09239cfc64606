import type { ApiError } from '#core';
import type { Settlement } from '#exchange';
import type { Attributes, Meter } from '@opentelemetry/api';

const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

const histogram = (meter: Meter, name: string, description: string) =>
  meter.createHistogram(name, { description, unit: 's', advice: { explicitBucketBoundaries: SECONDS } });

/**
 * What is counted of calls. Labels hold names from the configuration only, never from a request, so their number
 * is bounded by the configuration.
 */
export class CallMetrics {
  private readonly calls;
  private readonly refusals;
  private readonly attempts;
  private readonly duration;
  private readonly firstContent;
  private readonly tokens;

  constructor(meter: Meter, inFlight: () => number) {
    this.calls = meter.createCounter('switchyard.calls', {
      description: 'Calls that were admitted, by how they ended',
    });
    this.refusals = meter.createCounter('switchyard.refusals', {
      description: 'Requests answered with an error before they became calls',
    });
    this.attempts = meter.createCounter('switchyard.attempts', { description: 'Requests to upstreams, by outcome' });
    this.duration = histogram(meter, 'gen_ai.server.request.duration', 'From a request to the end of its answer');
    this.firstContent = histogram(
      meter,
      'gen_ai.server.time_to_first_token',
      'From a request to the first content given to the caller',
    );
    this.tokens = meter.createCounter('switchyard.tokens', {
      description: 'Tokens used, by kind; the kinds are disjoint',
    });
    meter
      .createObservableGauge('switchyard.in_flight', { description: 'Calls being answered now' })
      .addCallback((gauge) => gauge.observe(inFlight()));
  }

  settled({ call, attempts, outcome, status, usage, durationMs, contentMs }: Settlement): void {
    const labels: Attributes = { route: call.route.name, endpoint: call.request.endpoint, stream: call.request.stream };
    this.calls.add(1, { ...labels, outcome, status: status ?? 499 });
    this.duration.record(durationMs / 1000, labels);
    if (contentMs !== undefined) this.firstContent.record(contentMs / 1000, labels);
    for (const { deployment, outcome } of attempts)
      this.attempts.add(1, { provider: deployment.provider.name, credential: deployment.credential.name, outcome });
    const provider = attempts.at(-1)?.deployment.provider.name ?? 'none';
    const kinds = {
      input: usage.input,
      output: usage.output,
      cache_read: usage.cacheRead,
      cache_write: (usage.cacheWrite5m ?? 0) + (usage.cacheWrite1h ?? 0),
    };
    for (const [kind, count] of Object.entries(kinds))
      if (count) this.tokens.add(count, { route: call.route.name, provider, kind });
  }

  refused(error: ApiError): void {
    this.refusals.add(1, { status: error.status, type: error.error.type });
  }
}
