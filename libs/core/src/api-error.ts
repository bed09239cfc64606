import type { JsonObject } from './messages.js';

/**
 * Every error a caller can be told, with the status it travels under when nothing says otherwise.
 * https://platform.claude.com/docs/en/api/errors
 */
export const STATUS_OF = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
} as const;

export type ApiErrorType = keyof typeof STATUS_OF;

/** The `error` member of the envelope. Open, because an upstream's own error is relayed as it was written. */
export interface ErrorObject {
  type: string;
  message: string;
  details?: JsonObject;
  [field: string]: unknown;
}

export interface ApiErrorOptions {
  /** When the status is not the one of the type: 405, 502, 503. */
  status?: number;
  /** Machine-readable addition, such as `{ error_code }`. */
  details?: JsonObject;
  /** Response headers that belong to the error: `retry-after`, `x-should-retry`, `allow`. */
  headers?: Record<string, string>;
  cause?: unknown;
}

/** A failure that has already been put in the caller's words. Everything a caller sees as an error is one of these. */
export class ApiError extends Error {
  readonly status: number;
  readonly error: ErrorObject;
  readonly headers: Record<string, string>;

  constructor(type: ApiErrorType, message: string, options: ApiErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'ApiError';
    this.status = options.status ?? STATUS_OF[type];
    this.error = { type, message, ...(options.details && { details: options.details }) };
    this.headers = options.headers ?? {};
  }
}

/** The one shape of an error body, and of the data of `event: error`. */
export const errorEnvelope = (error: ErrorObject, requestId: string) => ({
  type: 'error' as const,
  error,
  request_id: requestId,
});
