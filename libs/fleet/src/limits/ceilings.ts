import type { LimitDimension, Limits, ReportedLimit } from '#core';
import { type Amounts, limitOf, RATES, type Rate } from './amounts.js';

const RATES_OF: Record<LimitDimension, readonly Rate[]> = {
  requests: ['requests'],
  'input-tokens': ['input'],
  'output-tokens': ['output'],
  // One limit for both: neither can have more than is left of it.
  tokens: ['input', 'output'],
  concurrency: [],
};

/** The most that all replicas together may have, where somebody knows better. */
export type Ceiling = Partial<Amounts>;

/** What both allow. */
export const lowest = (one: Ceiling, other: Ceiling): Ceiling => {
  const low: Ceiling = {};
  for (const rate of RATES) {
    const most = Math.min(one[rate] ?? Infinity, other[rate] ?? Infinity);
    if (most < Infinity) low[rate] = most;
  }
  return low;
};

/**
 * What an upstream says is left, as the most that we may think is. The figure is from no earlier than the request that it
 * answers, and all that can have come back since is added; what others have used since we know ourselves.
 */
export const ceilings = (reported: readonly ReportedLimit[], limits: Limits, ageMs: number): Ceiling => {
  const most: Ceiling = {};
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
