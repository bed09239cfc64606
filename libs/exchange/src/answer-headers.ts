import type { Deployment, LimitsMode, Route } from '#core';
import type { Attempt, Call } from './call.js';
import type { RunningAttempt } from './running-attempt.js';

const MS = 1;

/** What is no visible ASCII, or would end a name in the list. */
const UNSPEAKABLE = /[^\x21-\x7e]|[%,=]/gu;

/** `provider/credential/model=outcome`, as the `x-switchyard-attempts` header lists them; the model is `*` where the caller named it. */
const attemptLabel = ({ id }: Deployment, outcome: string): string =>
  `${id.toWellFormed().replace(UNSPEAKABLE, encodeURIComponent)}=${outcome}`;

const isLimited = ({ deployments }: Route): boolean => deployments.some(({ credential }) => credential.limits);

/**
 * What every proxied answer says about its way: who answered, after how many attempts, and where the time went.
 * Made when the head is sent: a stream's own attempt then counts as answering, or is pending where the head had to be sent
 * for a ping.
 */
export const answerHeaders = (
  call: Call,
  { past, current }: { past: readonly Attempt[]; current: RunningAttempt | undefined },
  { now, limits }: { now: number; limits: LimitsMode },
): Record<string, string> => {
  const headers: Record<string, string> = { 'request-id': call.requestId };
  const labels = past.map(({ deployment, outcome }) => attemptLabel(deployment, outcome));
  let upstreamMs = past.reduce((sum, { durationMs }) => sum + durationMs, 0);
  if (current && !current.isOver) {
    labels.push(attemptLabel(current.deployment, current.firstByteMs === undefined ? 'pending' : '200'));
    upstreamMs += now - current.startedAt;
  }
  const last = current && !current.isOver ? current : past.at(-1);
  if (last) {
    headers['x-switchyard-provider'] = last.deployment.provider.name;
    headers['x-switchyard-attempts'] = labels.join(', ');
    if (last.ignored.length > 0) headers['x-switchyard-ignored'] = last.ignored.join(', ');
  }
  if (limits !== 'shared' && isLimited(call.route)) headers['x-switchyard-limits'] = limits;
  headers['x-switchyard-attempt-count'] = String(labels.length);
  const ownMs = Math.max(0, now - call.receivedAt - upstreamMs);
  headers['server-timing'] = `switchyard;dur=${ownMs.toFixed(MS)}, upstream;dur=${upstreamMs.toFixed(MS)}`;
  return headers;
};
