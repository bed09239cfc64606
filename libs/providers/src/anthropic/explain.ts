import type { Failure } from '#core';
import { explainStatus } from '../shared/explain-status.js';
import { reachedLimit } from '../shared/reached-limit.js';
import type { ResponseHeaders } from '../shared/response-headers.js';
import { retryAfterMs } from '../shared/retry-after.js';
import { readLimits } from './read-limits.js';

const RATE_LIMITED = 429;

/** A body with an error status. Accepts HTML, nothing, and garbage. */
export const explainAnswer = (status: number, headers: ResponseHeaders, body: Buffer, now: () => number): Failure => {
  const error = explainStatus(status, body);
  const told: Failure = { kind: 'status', status, error, retryAfterMs: retryAfterMs(headers, now) };
  if (status !== RATE_LIMITED) return told;
  const { dimension, resetMs } = reachedLimit(error.message, readLimits(headers, now));
  return { ...told, dimension, retryAfterMs: told.retryAfterMs ?? resetMs };
};
