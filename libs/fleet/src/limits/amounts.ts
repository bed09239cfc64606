import type { Estimate, LimitDimension, Limits, Usage } from '#core';

/** What is counted by the minute. */
export const RATES = ['requests', 'input', 'output'] as const;

export type Rate = (typeof RATES)[number];

/** So much of each rate. */
export type Amounts = Record<Rate, number>;

/** The name of each rate's limit, and what callers are told when it was reached. */
const LIMIT_OF: Record<Rate, 'rpm' | 'inputTpm' | 'outputTpm'> = {
  requests: 'rpm',
  input: 'inputTpm',
  output: 'outputTpm',
};

export const DIMENSION_OF: Record<Rate, LimitDimension> = {
  requests: 'requests',
  input: 'input-tokens',
  output: 'output-tokens',
};

/** A minute's worth; undefined where there is no limit. */
export const limitOf = (limits: Limits, rate: Rate): number | undefined => limits[LIMIT_OF[rate]];

export const amounts = (make: (rate: Rate) => number): Amounts => ({
  requests: make('requests'),
  input: make('input'),
  output: make('output'),
});

const count = (value: number): number => (Number.isFinite(value) ? Math.max(0, Math.ceil(value)) : 0);

/** What is reserved for one request. */
export const needOf = ({ inputTokens, outputTokens }: Estimate): Amounts => ({
  requests: 1,
  input: count(inputTokens),
  output: count(outputTokens),
});

/**
 * What a request has really used, by the upstream's counting: what was read from a cache does not count as input, what was written
 * to one does. What is not known stays as it was reserved. Undefined usage: nothing was sent, so nothing was used.
 * https://platform.claude.com/docs/en/api/rate-limits
 */
export const usedOf = (usage: Usage | undefined, reserved: Amounts): Amounts => {
  if (!usage) return amounts(() => 0);
  const { input, cacheWrite5m, cacheWrite1h, output } = usage;
  return {
    requests: reserved.requests,
    input: input === null ? reserved.input : count(input + (cacheWrite5m ?? 0) + (cacheWrite1h ?? 0)),
    output: output === null ? reserved.output : count(output),
  };
};
