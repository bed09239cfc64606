import { describe, expect, it } from '@jest/globals';
import { ApiError } from '#core';
import type { Settlement } from '#exchange';
import { verdictOf } from './verdict.js';

const settled = (outcome: Settlement['outcome'], status: number, attempts = 1, headers = {}): Settlement =>
  ({
    outcome,
    attempts: Array.from({ length: attempts }, () => ({})),
    error: outcome === 'answered' ? undefined : new ApiError('api_error', 'x', { status, headers }),
  }) as unknown as Settlement;

describe('the verdict on one try of a line', () => {
  it.each([
    [400, 'final'],
    [404, 'final'],
    [413, 'final'],
    [422, 'final'],
    [403, 'final'],
    [408, 'failed'],
    [429, 'refused'],
    [500, 'failed'],
    [502, 'failed'],
    [503, 'refused'],
    [504, 'failed'],
    [529, 'refused'],
  ])('after %i: %s', (status, kind) => {
    expect(verdictOf(settled('failed', status), false)).toMatchObject({ kind });
  });

  it('waits when nothing was sent, and does not when nothing could ever be', () => {
    expect(verdictOf(settled('failed', 500, 0), false).kind).toBe('held');
    expect(verdictOf(settled('failed', 400, 0), false).kind).toBe('final');
  });

  it('is to try again after a broken answer, whatever it broke with', () => {
    expect(verdictOf(settled('broken', 400), false).kind).toBe('failed');
  });

  it('takes nothing for an answer that is no message', () => {
    expect(verdictOf(settled('answered', 200), true).kind).toBe('answered');
    expect(verdictOf(settled('answered', 200), false).kind).toBe('failed');
  });

  it('tells when the upstream wants to be asked again', () => {
    expect(verdictOf(settled('failed', 429, 1, { 'retry-after': '7' }), false)).toMatchObject({ retryAfterMs: 7_000 });
  });
});
