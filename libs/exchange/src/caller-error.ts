import { ApiError, type Failure, type Route } from '#core';
import { type NoChoice, refusedFor } from '#routing';

/** Whole seconds, as `retry-after` wants them, never 0: clients take 0 for "not said". */
const retryAfter = ({ retryAfterMs }: { retryAfterMs?: number | undefined }): Record<string, string> =>
  retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1000))) };

/** The upstream's error object as it was written, under its own status. */
const relayed = (failure: Failure, status: number): ApiError => {
  const error = new ApiError('api_error', failure.error.message, { status, headers: retryAfter(failure) });
  Object.assign(error.error, failure.error);
  return error;
};

const unavailable = (route: Route, why: string): ApiError =>
  new ApiError('api_error', `No upstream for model "${route.name}" can serve this call: ${why}`, { status: 503 });

const ofRefusal = (failure: Failure, status: number, route: Route): ApiError | undefined => {
  switch (refusedFor(failure)) {
    case 'account':
    case 'permission':
      // The caller's own key is fine: its client must not be sent to log in again, nor see whose account this is.
      return unavailable(route, "the upstream refused the gateway's credential. An operator has to look at this.");
    case 'model':
      // Under a wildcard the caller chose the name; otherwise the configuration did.
      return route.name.includes('*')
        ? relayed(failure, status)
        : unavailable(route, 'the upstream does not know the model. An operator has to look at this.');
    case 'request':
      return undefined;
  }
};

const ofStatus = (failure: Failure, status: number, route: Route): ApiError => {
  const refusal = ofRefusal(failure, status, route);
  if (refusal) return refusal;
  switch (status) {
    case 408:
      return new ApiError('timeout_error', 'The upstream timed out.', { headers: retryAfter(failure) });
    case 429:
      // Not the upstream's words: they speak of somebody else's account and limits.
      return new ApiError('rate_limit_error', `Every upstream for model "${route.name}" is at its rate limit.`, {
        headers: retryAfter(failure),
      });
    default:
      if (status >= 300 && status < 400)
        return new ApiError('api_error', 'The upstream answered with a redirect.', { status: 502 });
      return relayed(failure, status);
  }
};

/** What the caller is told when nothing could be tried at all. */
export const nothingToTry = (choice: NoChoice, { name }: Route): ApiError => {
  const headers = retryAfter({ retryAfterMs: choice.retryAfterMs });
  switch (choice.reason) {
    case 'rate-limited':
      return new ApiError('rate_limit_error', `Every upstream for model "${name}" is at its rate limit.`, { headers });
    case 'unavailable':
      return new ApiError(
        'api_error',
        `No upstream for model "${name}" can be used: each is switched off. An operator has to look at this.`,
        { status: 503, headers },
      );
    case 'overloaded':
    case 'tried':
      return new ApiError('overloaded_error', `No upstream for model "${name}" can take this call now.`, { headers });
  }
};

/**
 * What the caller is told when the last attempt failed.
 * An upstream's verdict on the request is passed on word for word, because clients act on the words; its
 * trouble with us is not the caller's to see.
 */
export const callerError = (failure: Failure, route: Route): ApiError => {
  switch (failure.kind) {
    case 'first-byte-timeout':
    case 'idle-timeout':
    case 'total-timeout':
      return new ApiError('timeout_error', failure.error.message);
    case 'shutting-down':
      return new ApiError('overloaded_error', failure.error.message, { headers: retryAfter(failure) });
    case 'connect':
    case 'reset':
    case 'cut':
      return new ApiError('api_error', failure.error.message, { status: 502 });
    case 'bad-answer':
    case 'error-event':
      return failure.status === undefined ? relayed(failure, 502) : ofStatus(failure, failure.status, route);
    case 'status':
      return ofStatus(failure, failure.status ?? 502, route);
  }
};

/** An upstream says with these that it cannot take a call now, whatever the call is. */
const NOT_NOW = new Set([503, 529]);

const isNotNow = (failure: Failure): boolean =>
  failure.status !== undefined && NOT_NOW.has(failure.status) && refusedFor(failure) === 'request';

/**
 * What the caller is told when the last attempt failed before content and nothing else may be tried.
 * That one upstream of several cannot take calls now is no more than why the gateway cannot. Where a route leads to one only, the gateway
 * is nothing but the way to it, and what it says is passed on.
 */
export const lastFailure = (failure: Failure, choice: NoChoice, route: Route): ApiError => {
  const retryAfterMs = choice.retryAfterMs ?? failure.retryAfterMs;
  return isNotNow(failure) && route.deployments.length > 1
    ? nothingToTry({ kind: 'none', reason: 'overloaded', retryAfterMs }, route)
    : callerError({ ...failure, retryAfterMs }, route);
};
