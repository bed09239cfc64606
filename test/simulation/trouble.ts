import type { Failure } from '#core';

/** What may be wrong. */
export const TROUBLE_KINDS = [
  'error',
  'unreachable',
  'rate-limited',
  'overloaded',
  'key-refused',
  'use-refused',
  'model-missing',
  'slow',
  'silent',
  /** Half of the answers break off, some before content. */
  'cuts',
  /** Half of the answers begin, and are an error before there is content. */
  'error-events',
  'overloaded-events',
  /** Our own limits let little through, and the upstream is well. */
  'no-room',
] as const;

/** Something that is wrong with an upstream for a while. Milliseconds of virtual time. */
export interface Trouble {
  from: number;
  to: number;
  kind: (typeof TROUBLE_KINDS)[number];
  /** What the upstream asks for with a 429, 503 or 529. */
  retryAfterMs?: number;
}

export const failureOf = (kind: Failure['kind'], status?: number, retryAfterMs?: number): Failure => ({
  kind,
  status,
  retryAfterMs,
  error: { type: 'api_error', message: 'simulated' },
});

/** How every request fails during a trouble that lets no answer begin. */
export const refusalBy = (trouble: Trouble | undefined): Failure | undefined => {
  switch (trouble?.kind) {
    case 'error':
      return failureOf('status', 503, trouble.retryAfterMs);
    case 'unreachable':
      return failureOf('connect');
    case 'rate-limited':
      return failureOf('status', 429, trouble.retryAfterMs);
    case 'overloaded':
      return failureOf('status', 529, trouble.retryAfterMs);
    case 'key-refused':
      return failureOf('status', 401);
    case 'use-refused':
      return failureOf('status', 403);
    case 'model-missing':
      return failureOf('status', 404);
    case 'silent':
      return failureOf('first-byte-timeout');
    case 'slow':
    case 'cuts':
    case 'error-events':
    case 'overloaded-events':
    case 'no-room':
    case undefined:
      return undefined;
  }
};
