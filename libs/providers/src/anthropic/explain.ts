import type { Failure } from '#core';
import { toldError, untoldError } from '../shared/explain-status.js';
import { missingIn } from '../shared/missing-in.js';
import { reachedLimit } from '../shared/reached-limit.js';
import type { ResponseHeaders } from '../shared/response-headers.js';
import { retryAfterMs } from '../shared/retry-after.js';
import { readLimits } from './read-limits.js';

const RATE_LIMITED = 429;

/** A body with an error status. Accepts HTML, nothing, and garbage. */
export const explainAnswer = (status: number, headers: ResponseHeaders, body: Buffer, now: () => number): Failure => {
  const said = toldError(status, body);
  const error = said ?? untoldError(status);
  const missing = said && missingIn(status, said);
  const told: Failure = { kind: 'status', status, error, missing, retryAfterMs: retryAfterMs(headers, now) };
  if (status !== RATE_LIMITED) return told;
  const { dimension, resetMs } = reachedLimit(error.message, readLimits(headers, now));
  return { ...told, dimension, retryAfterMs: told.retryAfterMs ?? resetMs };
};
