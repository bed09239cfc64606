import { TEST_KEY } from '#testing';
import { NARROW_KEY } from './lane.js';

/** A call that fails, and what a client must raise for it. */
export interface ErrorCase {
  /** Who finds the fault, and what it is. */
  what: string;
  key: string;
  model: string;
  status: number;
  type: string;
  /** Names of the class, newest first: a client has the first, or else one of the broader ones after it. */
  classes: readonly string[];
  /** A beginning of what the envelope says, where the wording is a promise. */
  message?: string;
}

const upstreamSays = (status: number) => `sim@status=${status}`;

/**
 * Every status that a caller can be shown. Where the upstream's fault lies in the gateway's own account or set-up
 * (401, 403), the caller sees a 503: its own key is fine.
 */
export const ERROR_CASES: readonly ErrorCase[] = [
  {
    what: 'a request that the upstream refuses',
    key: TEST_KEY,
    model: 'sim@status=400;message=The%20words%20of%20the%20upstream',
    status: 400,
    type: 'invalid_request_error',
    classes: ['BadRequestError'],
    message: 'The words of the upstream',
  },
  {
    what: 'a key that nobody has',
    key: 'sk-nobody-0123456789',
    model: 'sim',
    status: 401,
    type: 'authentication_error',
    classes: ['AuthenticationError'],
  },
  {
    what: 'a model that the key may not use',
    key: NARROW_KEY,
    model: 'sim',
    status: 403,
    type: 'permission_error',
    classes: ['PermissionDeniedError'],
  },
  {
    what: 'a model that no route leads to',
    key: TEST_KEY,
    model: 'nobody',
    status: 404,
    type: 'not_found_error',
    classes: ['NotFoundError'],
    message: 'model: nobody',
  },
  {
    what: 'a conflict at the upstream',
    key: TEST_KEY,
    model: upstreamSays(409),
    status: 409,
    type: 'conflict_error',
    classes: ['ConflictError'],
  },
  {
    what: 'a request that is too large for the upstream',
    key: TEST_KEY,
    model: upstreamSays(413),
    status: 413,
    type: 'request_too_large',
    classes: ['ContentTooLargeError', 'RequestTooLargeError', 'APIStatusError', 'APIError'],
  },
  {
    what: "the upstream's rate limit",
    key: TEST_KEY,
    model: 'sim@status=429;retry-after=7',
    status: 429,
    type: 'rate_limit_error',
    classes: ['RateLimitError'],
  },
  {
    what: 'a fault in the upstream',
    key: TEST_KEY,
    model: upstreamSays(500),
    status: 500,
    type: 'api_error',
    classes: ['InternalServerError'],
  },
  {
    what: 'an upstream that hangs up',
    key: TEST_KEY,
    model: 'sim@reset',
    status: 502,
    type: 'api_error',
    classes: ['InternalServerError'],
  },
  {
    what: "an upstream that refuses the gateway's credential",
    key: TEST_KEY,
    model: upstreamSays(401),
    status: 503,
    type: 'api_error',
    classes: ['ServiceUnavailableError', 'InternalServerError'],
  },
  {
    what: 'an upstream that the gateway may not use',
    key: TEST_KEY,
    model: upstreamSays(403),
    status: 503,
    type: 'api_error',
    classes: ['ServiceUnavailableError', 'InternalServerError'],
  },
  {
    what: 'an upstream that says nothing',
    key: TEST_KEY,
    model: 'slow@stall',
    status: 504,
    type: 'timeout_error',
    classes: ['GatewayTimeoutError', 'DeadlineExceededError', 'InternalServerError'],
  },
  {
    what: 'an upstream that is overloaded',
    key: TEST_KEY,
    model: upstreamSays(529),
    status: 529,
    type: 'overloaded_error',
    classes: ['OverloadedError', 'InternalServerError'],
  },
];

/** A stream that breaks with an error event after content, whose type the client must be told. */
export const BROKEN_STREAM = { model: 'sim@error-event=rate_limit_error;at=4e', type: 'rate_limit_error' } as const;
