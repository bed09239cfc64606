import type { Limits } from '#core';
import { limitOf, type Rate } from './amounts.js';

/** Requests of so many seconds may be sent at once after a rest. */
const REST_S = 5;
/** However low the limit, a handful of requests may come together. */
const HANDFUL = 3;

/**
 * The most that may be used at one stroke, and so what a minute may see beyond its limit. Requests are paced closely, because
 * upstreams watch short bursts. A single request is a large piece of a token limit, so that of tokens is a whole minute's worth,
 * as upstreams have it. Infinite where there is no limit.
 */
export const burstOf = (limits: Limits, rate: Rate): number => {
  const limit = limitOf(limits, rate);
  if (limit === undefined) return Infinity;
  if (rate !== 'requests') return limit;
  return Math.max((limit * REST_S) / 60, Math.min(limit, HANDFUL));
};

/** How long until so much has come back. Milliseconds; 0 where nothing is missing. */
export const msUntil = (missing: number, perMinute: number): number =>
  missing <= 0 ? 0 : Math.ceil((missing * 60_000) / perMinute);
