import type { ResponseHeaders } from '../shared/retry-after.js';

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * When the limits that are used up will be renewed, in milliseconds from now, as OpenAI tells beside an error that has
 * no `retry-after`: `x-ratelimit-reset-tokens: 6m0s`.
 */
export const limitResetMs = (headers: ResponseHeaders): number | undefined => {
  const resets = ['requests', 'tokens']
    .filter((limit) => headers[`x-ratelimit-remaining-${limit}`] === '0')
    .map((limit) => durationMs(String(headers[`x-ratelimit-reset-${limit}`])))
    .filter((ms) => ms > 0);
  return resets.length > 0 ? Math.max(...resets) : undefined;
};

const durationMs = (value: string): number =>
  [...value.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNIT_MS[unit ?? ''] ?? 0),
    0,
  );
