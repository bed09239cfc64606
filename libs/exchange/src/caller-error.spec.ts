import { describe, expect, it } from '@jest/globals';
import type { Deployment, Failure, FailureKind, Route } from '#core';
import type { NoChoice } from '#routing';
import { callerError, lastFailure } from './caller-error.js';

const route = (name: string): Route => ({ name, deployments: [], affinity: { by: 'none', header: '' }, waitMs: 0 });
const named = route('claude-x');
const wildcard = route('*');
const failure = (kind: FailureKind, status?: number, more: Partial<Failure> = {}): Failure => ({
  kind,
  status,
  error: { type: 'upstream_type', message: 'upstream words' },
  ...more,
});

describe('what a caller is told', () => {
  const rows: [FailureKind, number | undefined, number, string][] = [
    ['connect', undefined, 502, 'api_error'],
    ['reset', undefined, 502, 'api_error'],
    ['cut', undefined, 502, 'api_error'],
    ['first-byte-timeout', undefined, 504, 'timeout_error'],
    ['idle-timeout', undefined, 504, 'timeout_error'],
    ['total-timeout', undefined, 504, 'timeout_error'],
    ['shutting-down', undefined, 529, 'overloaded_error'],
    ['bad-answer', undefined, 502, 'upstream_type'],
    ['status', 400, 400, 'upstream_type'],
    ['status', 413, 413, 'upstream_type'],
    ['status', 422, 422, 'upstream_type'],
    ['status', 401, 503, 'api_error'],
    ['status', 402, 503, 'api_error'],
    ['status', 403, 503, 'api_error'],
    ['status', 404, 503, 'api_error'],
    ['status', 408, 504, 'timeout_error'],
    ['status', 429, 429, 'rate_limit_error'],
    ['status', 500, 500, 'upstream_type'],
    ['status', 503, 503, 'upstream_type'],
    ['status', 529, 529, 'upstream_type'],
    ['status', 302, 502, 'api_error'],
    ['error-event', 529, 529, 'upstream_type'],
    ['error-event', undefined, 502, 'upstream_type'],
  ];

  it.each(rows)('of %s %s is %s %s', (kind, status, toldStatus, toldType) => {
    const error = callerError(failure(kind, status), named);
    expect([error.status, error.error.type]).toEqual([toldStatus, toldType]);
  });

  it.each<[string, Route, Partial<Failure>]>([
    ['the caller chose the name', wildcard, {}],
    ['something else than the model is missing', named, { missing: 'other' }],
  ])('is the upstream’s own 404 when %s', (_, route, more) => {
    expect(callerError(failure('status', 404, more), route)).toMatchObject({
      status: 404,
      error: { message: 'upstream words' },
    });
  });

  it('holds every field of an upstream’s verdict on the request', () => {
    const error = {
      type: 'invalid_request_error',
      message: 'prompt is too long',
      details: { error_code: 'x' },
      extra: 1,
    };
    expect(callerError(failure('status', 400, { error }), named).error).toEqual(error);
  });

  it.each(['authentication_error', 'permission_error', 'billing_error'])(
    'is the operator’s 503 when the upstream says %s, under whatever status',
    (type) => {
      const error = { type, message: 'invalid x-api-key sk-upstream' };
      expect(callerError(failure('status', 400, { error }), named)).toMatchObject({
        status: 503,
        error: { type: 'api_error', message: expect.not.stringContaining('sk-upstream') },
      });
    },
  );

  it.each([401, 403, 407, 429])('does not hold the upstream’s words about its account after %s', (status) => {
    expect(callerError(failure('status', status), named).error.message).not.toContain('upstream words');
  });

  it.each([
    [1, '1'],
    [1000, '1'],
    [1001, '2'],
    [30_000, '30'],
  ])('passes on a wait of %s ms as retry-after %s', (retryAfterMs, seconds) => {
    expect(callerError(failure('status', 429, { retryAfterMs }), named).headers).toEqual({ 'retry-after': seconds });
  });
});

describe('what a caller is told when the last attempt has failed', () => {
  const deployment = {} as Deployment;
  const over = (count: number): Route => ({ ...named, deployments: Array.from({ length: count }, () => deployment) });
  const nothingLeft: NoChoice = { kind: 'none', reason: 'tried', retryAfterMs: 2_500 };
  const rows: [number, number, number, string][] = [
    [503, 2, 529, 'overloaded_error'],
    [529, 2, 529, 'overloaded_error'],
    [503, 1, 503, 'upstream_type'],
    [529, 1, 529, 'upstream_type'],
    [500, 2, 500, 'upstream_type'],
    [502, 2, 502, 'upstream_type'],
    [400, 2, 400, 'upstream_type'],
    [429, 2, 429, 'rate_limit_error'],
  ];

  it.each(rows)('of a %s from the last of %s upstreams is %s %s', (status, count, toldStatus, toldType) => {
    const error = lastFailure(failure('status', status), nothingLeft, over(count));
    expect([error.status, error.error.type, error.headers?.['retry-after']]).toEqual([toldStatus, toldType, '3']);
  });

  it('is the operator’s 503 when it was about the account', () => {
    const error = { type: 'billing_error', message: 'pay first' };
    expect(lastFailure(failure('status', 503, { error }), nothingLeft, over(2))).toMatchObject({ status: 503 });
  });

  it('holds what the upstream says of time where nobody knows better', () => {
    const choice: NoChoice = { ...nothingLeft, retryAfterMs: undefined };
    const error = lastFailure(failure('status', 503, { retryAfterMs: 9_000 }), choice, over(2));
    expect(error.headers).toEqual({ 'retry-after': '9' });
  });
});
