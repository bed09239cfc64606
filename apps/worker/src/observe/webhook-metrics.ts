import type { Meter } from '@opentelemetry/api';
import type { WebhookOutcome } from '#batches';
import { Tally } from '#platform';

/** What is counted of webhooks in one worker. One worker at a time sends. */
export class WebhookMetrics {
  private readonly attempts;

  /** `waiting`: how many ended works are still to be told of; undefined when it cannot be told. */
  constructor(meter: Meter, waiting: () => Promise<number | undefined>) {
    this.attempts = new Tally(meter, {
      name: 'switchyard.webhooks',
      description: 'Attempts to deliver webhooks, by what came of them',
      labels: ['outcome'],
    });
    meter
      .createObservableGauge('switchyard.webhooks.waiting', {
        description: 'Webhooks that are to be delivered now or later, the same on every worker',
      })
      .addCallback(async (gauge) => {
        const count = await waiting();
        if (count !== undefined) gauge.observe(count);
      });
  }

  attempted(outcome: WebhookOutcome): void {
    this.attempts.add(1, outcome);
  }
}
