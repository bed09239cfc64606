import type { LimitDimension, Limits, ReportedLimit } from '#core';
import { type Amounts, limitOf, type Rate } from './amounts.js';

const RATES_OF: Record<LimitDimension, readonly Rate[]> = {
  requests: ['requests'],
  'input-tokens': ['input'],
  'output-tokens': ['output'],
  // One limit for both: neither can have more than is left of it.
  tokens: ['input', 'output'],
  concurrency: [],
};

/**
 * What an upstream says is left, as the most that we may think is. The figure is from no earlier than the request that it
 * answers, and all that can have come back since is added; what others have used since we know ourselves.
 */
export const ceilings = (reported: readonly ReportedLimit[], limits: Limits, ageMs: number): Partial<Amounts> => {
  const most: Partial<Amounts> = {};
  for (const { dimension, remaining } of reported) {
    if (!Number.isFinite(remaining)) continue;
    for (const rate of RATES_OF[dimension]) {
      const limit = limitOf(limits, rate);
      if (limit === undefined) continue;
      const now = Math.max(0, remaining) + (limit * Math.max(0, ageMs)) / 60_000;
      most[rate] = Math.min(most[rate] ?? Infinity, now);
    }
  }
  return most;
};
