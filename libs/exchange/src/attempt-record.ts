import type { Deployment } from '#core';
import type { Attempt } from './call.js';
import type { AttemptEnd, RunningAttempt } from './running-attempt.js';

/** The entry of a call's history for an attempt that is over. `now` is on the exchange's clock. */
export const recordOf = (attempt: RunningAttempt, end: AttemptEnd, now: number): Attempt => ({
  deployment: attempt.deployment,
  outcome: labelOf(end),
  failure: end.kind === 'failed' ? end.failure : undefined,
  durationMs: now - attempt.startedAt,
  firstByteMs: attempt.firstByteMs,
  upstreamRequestId: attempt.upstreamRequestId,
  ignored: attempt.ignored,
});

/** An answer that was made here stands in the history like any attempt, but took none of an upstream's time. */
export const recordOfOwnAnswer = (deployment: Deployment): Attempt => ({
  deployment,
  outcome: ANSWERED,
  failure: undefined,
  durationMs: 0,
  firstByteMs: undefined,
  upstreamRequestId: undefined,
  ignored: [],
});

const ANSWERED = '200';

/** The upstream's status where it gave one, else the kind of failure. */
const labelOf = (end: AttemptEnd): string => {
  if (end.kind === 'answered') return ANSWERED;
  return end.kind === 'failed' ? String(end.failure.status ?? end.failure.kind) : 'abandoned';
};
