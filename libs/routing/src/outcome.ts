import type { Failure } from '#core';

/** How an attempt ended, as far as choosing the next one is concerned. */
export type Outcome =
  /** `outputTokens` is null where the answer did not say. */
  | { kind: 'answered'; outputTokens: number | null }
  | { kind: 'failed'; failure: Failure }
  /** The caller hung up: says nothing about the upstream. */
  | { kind: 'abandoned' }
  /** Our own limits had nothing left for this request; nothing was sent. */
  | { kind: 'limited'; retryAfterMs: number }
  /** This deployment's wire cannot carry the request; nothing was sent. */
  | { kind: 'unfit' };

/** What may follow a failed attempt, as long as no content has reached the caller. */
export type NextStep =
  | 'next-deployment'
  /** Overload is the provider's, so its other credentials would not help. */
  | 'next-provider'
  /** The upstream answered the caller; asking elsewhere would only repeat the answer. */
  | 'return';

const TRANSIENT = new Set([408, 500, 502, 503, 504]);
/** Bad, unknown or unpaid credentials, and models that this account does not have: another account may. */
const ACCOUNT = new Set([401, 402, 403, 404, 407]);
const OVERLOADED = 529;
const RATE_LIMITED = 429;

const afterStatus = (status: number): NextStep => {
  if (status === OVERLOADED) return 'next-provider';
  if (status === RATE_LIMITED || TRANSIENT.has(status) || ACCOUNT.has(status)) return 'next-deployment';
  // Other 4xx are about the request. Anything else (3xx, unknown 5xx) is about the upstream.
  return status >= 400 && status < 500 ? 'return' : 'next-deployment';
};

/**
 * The outcome table: what is tried after a failure. Reaching a decision here is the only place where
 * a failure's kind or status means anything to routing.
 */
export const nextStep = (failure: Failure): NextStep => {
  switch (failure.kind) {
    case 'connect':
    case 'reset':
    case 'first-byte-timeout':
    case 'idle-timeout':
    case 'cut':
      return 'next-deployment';
    case 'total-timeout':
    case 'shutting-down':
      return 'return';
    case 'status':
    case 'error-event':
    case 'bad-answer':
      return failure.status === undefined ? 'next-deployment' : afterStatus(failure.status);
  }
};
