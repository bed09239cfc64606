import type { Metric } from '../figure.js';
import { busyPercent, callsPerSecond, type Measured } from '../measure.js';

/** What is read off answers that are given whole, at half load. */
export const WHOLE_ANSWER_LATENCY: readonly Metric<Measured>[] = [
  { what: 'rate at half load', unit: '/s', read: callsPerSecond },
  { what: 'busy at half load', unit: '% of a core', read: busyPercent },
  { what: 'latency p50 at half load', unit: 'ms', read: ({ tally }) => tally.wholeMs.percentile(0.5), added: true },
  { what: 'latency p99 at half load', unit: 'ms', read: ({ tally }) => tally.wholeMs.percentile(0.99), added: true },
];
