import { describe, expect, it } from '@jest/globals';
import { errorInside, explainAnswer } from './explain.js';

const explain = (status: number, body: unknown, headers = {}) =>
  explainAnswer(status, headers, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), () => 0);

const saying = (message: string, fields: object = {}) => ({ error: { message, ...fields } });

describe('an error answer', () => {
  it.each([
    [400, saying('bad'), 400, 'invalid_request_error', 'bad'],
    [
      401,
      saying('Incorrect API key provided: sk-abcd1234****wxyz.'),
      401,
      'authentication_error',
      'Incorrect API key provided: ….',
    ],
    [402, saying('Insufficient Balance'), 402, 'billing_error', 'Insufficient Balance'],
    [403, saying('Country not supported'), 403, 'permission_error', 'Country not supported'],
    [
      404,
      saying('The model `x` does not exist', { code: 'model_not_found' }),
      404,
      'not_found_error',
      'The model `x` does not exist',
    ],
    [400, saying('Model Not Exist', { code: 'invalid_request_error' }), 404, 'not_found_error', 'Model Not Exist'],
    [409, saying('busy'), 409, 'conflict_error', 'busy'],
    [413, saying('too big'), 413, 'request_too_large', 'too big'],
    [
      422,
      { detail: [{ loc: ['body', 'n'], msg: 'no' }] },
      400,
      'invalid_request_error',
      '[{"loc":["body","n"],"msg":"no"}]',
    ],
    [429, saying('Slow down', { code: 'rate_limit_exceeded' }), 429, 'rate_limit_error', 'Slow down'],
    [
      429,
      saying('You exceeded your current quota', { code: 'insufficient_quota' }),
      429,
      'billing_error',
      'You exceeded your current quota',
    ],
    [400, { code: 'Arrearage', message: 'Access denied' }, 402, 'billing_error', 'Access denied'],
    [500, saying('The server had an error'), 500, 'api_error', 'The server had an error'],
    [502, '<html><h1>502 Bad Gateway</h1></html>', 502, 'api_error', 'The upstream answered with status 502.'],
    [503, saying('Server Overloaded'), 503, 'api_error', 'Server Overloaded'],
    [504, '', 504, 'timeout_error', 'The upstream answered with status 504.'],
    [529, saying('busy'), 529, 'overloaded_error', 'busy'],
    [500, saying('rate limit service is down'), 500, 'api_error', 'rate limit service is down'],
    [400, { error: 'model is required' }, 400, 'invalid_request_error', 'model is required'],
    [400, { object: 'error', message: 'bad n', code: 400 }, 400, 'invalid_request_error', 'bad n'],
    [400, '[1,2', 400, 'invalid_request_error', 'The upstream answered with status 400.'],
    [400, { error: {} }, 400, 'invalid_request_error', 'The upstream reported an error without a message.'],
    [302, '', 302, 'api_error', 'The upstream answered with status 302.'],
  ])('%d %j', (status, body, ...expected) => {
    const { kind, status: meant, error } = explain(status, body);

    expect(kind).toBe('status');
    expect([meant, error.type, error.message]).toEqual(expected);
  });

  it('is not taken for trouble with our account because of what the caller wrote', () => {
    const message = "Invalid schema for function 'billing_insufficient_quota_invalid_api_key': model not exist";

    expect(explain(400, saying(message, { type: 'invalid_request_error' }))).toMatchObject({
      status: 400,
      error: { type: 'invalid_request_error', message },
    });
  });

  it.each([
    [404, saying('The model `x` does not exist', { code: 'model_not_found' }), 'model'],
    [404, saying('The model `x` does not exist.', { type: 'NotFoundError' }), 'model'],
    [404, saying('Not there', { code: 'DeploymentNotFound' }), 'model'],
    [404, saying('No file with the id model'), 'other'],
    [404, { detail: 'Not Found' }, undefined],
    [404, '<html>', undefined],
    [400, saying('model is required'), undefined],
  ])('tells what is missing: %d %j', (status, body, expected) => {
    expect(explain(status, body).missing).toBe(expected);
  });

  it('takes what a moderator has flagged for the caller’s affair, whatever the status', () => {
    const flagged = { code: 403, message: 'Your input was flagged', metadata: { reasons: ['x'], flagged_input: '…' } };

    expect(explain(403, { error: flagged })).toMatchObject({ status: 400, error: { type: 'invalid_request_error' } });
  });

  it('marks a refusal on account of the content', () => {
    expect(explain(400, saying('no', { code: 'content_policy_violation' }))).toMatchObject({
      status: 400,
      error: { type: 'invalid_request_error', message: 'no', details: { error_code: 'content_policy_violation' } },
    });
  });

  it.each([
    [
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 130500 tokens. Please reduce the length of the messages.",
      'prompt is too long: 130500 tokens > 128000 maximum',
    ],
    [
      "This model's maximum context length is 65536 tokens. However, you requested 190402 tokens (182402 in the messages, 8000 in the completion).",
      'prompt is too long: 182402 tokens > 65536 maximum',
    ],
    [
      "This model's maximum context length is 8192 tokens. However, you requested 8213 tokens (6683 in the messages, 730 in the functions, and 800 in the completion).",
      'input length and `max_tokens` exceed context limit: 7413 + 800 > 8192, decrease input length or `max_tokens` and try again',
    ],
    [
      "'max_tokens' or 'max_completion_tokens' is too large: 4096. This model's maximum context length is 4096 tokens and your request has 904 input tokens",
      'input length and `max_tokens` exceed context limit: 904 + 4096 > 4096, decrease input length or `max_tokens` and try again',
    ],
    ['Range of input length should be [1, 129024]', 'prompt is too long: Range of input length should be [1, 129024]'],
  ])('says in words that clients act on: %s', (message, expected) => {
    expect(explain(400, saying(message))).toMatchObject({
      status: 400,
      error: { type: 'invalid_request_error', message: expected },
    });
  });

  it.each([
    [401, 'authentication_error'],
    [404, 'not_found_error'],
    [429, 'rate_limit_error'],
  ])('does not take a %d for a conversation too long, whatever its words', (status, type) => {
    const message = "Limit 30000, requested 41000: that would exceed your organization's context limit";

    expect(explain(status, saying(message, { code: 'context_length_exceeded' }))).toMatchObject({
      status,
      error: { type, message },
    });
  });

  it('hides account names and cuts what is endless', () => {
    const { message } = explain(429, saying(`Limit reached in organization org-Ab12Cd34 ${'x'.repeat(5_000)}`)).error;

    expect(message).toContain('in organization … x');
    expect(message.length).toBeLessThanOrEqual(1_000);
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after-ms': '120.5', 'retry-after': '7' }, 120.5],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'soon' }, undefined],
    [
      { 'x-ratelimit-remaining-tokens': '0', 'x-ratelimit-reset-tokens': '6m0s', 'x-ratelimit-reset-requests': '9h' },
      360_000,
    ],
    [{ 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '120ms' }, 120],
    [{}, undefined],
  ])('tells how long to wait: %j', (headers, expected) => {
    expect(explain(429, saying('slow'), headers).retryAfterMs).toBe(expected);
  });
});

describe('an error inside an answer', () => {
  it.each([
    [saying('boom'), 500, 'api_error'],
    [saying('busy', { code: 503 }), 503, 'api_error'],
    [saying('slow', { type: 'rate_limit_error' }), 429, 'rate_limit_error'],
    [{ error: 'out of memory' }, 500, 'api_error'],
    [{ error: true }, 500, 'api_error'],
    [{ object: 'error', message: 'bad', code: 400 }, 400, 'invalid_request_error'],
    [
      saying("This model's maximum context length is 9 tokens", { code: 'context_length_exceeded' }),
      400,
      'invalid_request_error',
    ],
    [{ code: 'Throttling.RateQuota', message: 'Requests rate limit exceeded' }, 429, 'rate_limit_error'],
  ])('%j', (value, status, type) => {
    expect(errorInside(value)).toMatchObject({ kind: 'error-event', status, error: { type } });
  });

  it.each([[{ choices: [], error: null }], [{ choices: [] }], [{}], ['error'], [null]])('is not in %j', (value) => {
    expect(errorInside(value)).toBeUndefined();
  });
});
