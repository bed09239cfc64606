import { describe, expect, it } from '@jest/globals';
import type { Failure, FailureKind } from '#core';
import { type NextStep, nextStep } from './outcome.js';

const failure = (kind: FailureKind, status?: number): Failure => ({
  kind,
  status,
  error: { type: 'api_error', message: 'x' },
});

describe('the outcome table', () => {
  const rows: [FailureKind, number | undefined, NextStep][] = [
    ['connect', undefined, 'next-deployment'],
    ['reset', undefined, 'next-deployment'],
    ['first-byte-timeout', undefined, 'next-deployment'],
    ['idle-timeout', undefined, 'next-deployment'],
    ['cut', undefined, 'next-deployment'],
    ['bad-answer', undefined, 'next-deployment'],
    ['error-event', undefined, 'next-deployment'],
    ['error-event', 529, 'next-provider'],
    ['error-event', 400, 'return'],
    ['status', 500, 'next-deployment'],
    ['status', 502, 'next-deployment'],
    ['status', 503, 'next-deployment'],
    ['status', 504, 'next-deployment'],
    ['status', 408, 'next-deployment'],
    ['status', 529, 'next-provider'],
    ['status', 429, 'next-deployment'],
    ['status', 401, 'next-deployment'],
    ['status', 402, 'next-deployment'],
    ['status', 403, 'next-deployment'],
    ['status', 407, 'next-deployment'],
    ['status', 404, 'next-deployment'],
    ['status', 302, 'next-deployment'],
    ['status', 418, 'return'],
    ['status', 400, 'return'],
    ['status', 413, 'return'],
    ['status', 422, 'return'],
    ['total-timeout', undefined, 'return'],
    ['shutting-down', undefined, 'return'],
  ];

  it.each(rows)('after %s %s: %s', (kind, status, next) => {
    expect(nextStep(failure(kind, status))).toBe(next);
  });
});
