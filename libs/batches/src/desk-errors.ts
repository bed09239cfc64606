import { ApiError } from '#core';

const RETRY_AFTER_S = 5;

const retryLater = { status: 503, headers: { 'retry-after': String(RETRY_AFTER_S) } };

/** What the client of Redis rejects with has no name of its own, by which a log could tell it from anything else. */
class RedisUnavailable extends Error {
  override readonly name = 'RedisUnavailable';
}

const named = (cause: unknown): unknown =>
  cause instanceof Error && cause.name === 'Error' ? new RedisUnavailable(cause.message, { cause }) : cause;

/** Storage or Redis cannot do it now. */
export const unavailable = (cause?: unknown): ApiError =>
  new ApiError('overloaded_error', 'Jobs and batches are not available at the moment. Please try again later.', {
    ...retryLater,
    cause: named(cause),
  });

/** Does what a caller asked for; whatever keeps it from being done is told as 503, but for what is in the caller's words already. */
export const orUnavailable = async <T>(act: () => Promise<T>): Promise<T> => {
  try {
    return await act();
  } catch (error) {
    throw error instanceof ApiError ? error : unavailable(error);
  }
};

export const tooManyBatches = (most: number): ApiError =>
  new ApiError('rate_limit_error', `Your workspace has ${most} batches in progress, which is as many as it may have.`);

export const tooManyRequests = (most: number): ApiError =>
  new ApiError(
    'rate_limit_error',
    `With these your workspace would have more than ${most} requests waiting to be processed. Please try again when some have ended.`,
  );

export const stillSubmitting = (): ApiError =>
  new ApiError('conflict_error', 'Another submission with this Idempotency-Key is still being taken in.', {
    headers: { 'retry-after': String(RETRY_AFTER_S) },
  });

export const unknownCursor = (name: string): ApiError => new ApiError('invalid_request_error', `${name}: not found`);

export const deleted = (id: string): ApiError => new ApiError('not_found_error', `${id} was deleted.`);

export const notEnded = (id: string): ApiError =>
  new ApiError(
    'invalid_request_error',
    `${id} is still being processed. It can be deleted after it has ended; cancel it first.`,
  );
