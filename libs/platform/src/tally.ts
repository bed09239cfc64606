import type { Attributes, Meter } from '@opentelemetry/api';

/**
 * A counter that is read only when somebody asks. The SDK's own hashes its labels at each increment, which for a call's
 * half dozen counters costs as much as parsing the call; here an increment is one lookup.
 */
export class Tally<Label extends string> {
  private readonly counts = new Map<string, { attributes: Attributes; count: number }>();

  constructor(
    meter: Meter,
    private readonly options: { name: string; description: string; labels: readonly Label[] },
  ) {
    meter.createObservableCounter(options.name, { description: options.description }).addCallback((result) => {
      for (const { attributes, count } of this.counts.values()) result.observe(count, attributes);
    });
  }

  /** Values stand in the order of the labels. Their number must be bounded by the configuration. */
  add(count: number, ...values: (string | number | boolean)[]): void {
    const key = values.join('\n');
    const known = this.counts.get(key);
    if (known) {
      known.count += count;
      return;
    }
    const attributes = Object.fromEntries(this.options.labels.map((label, at) => [label, values[at]]));
    this.counts.set(key, { attributes, count });
  }
}
