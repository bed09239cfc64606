import { describe, expect, it } from '@jest/globals';
import { toldError, untoldError } from './explain-status.js';

const explain = (status: number, body: unknown) =>
  toldError(status, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))) ?? untoldError(status);

describe('the error of a body with an error status', () => {
  it('is the upstream’s own, word for word, where it speaks the Messages API', () => {
    const error = {
      type: 'invalid_request_error',
      message: 'messages.0.content: Input should be a valid list',
      details: { error_code: 'tool_name_conflict', paths: ['a'] },
      anything: 1,
    };

    expect(explain(400, { type: 'error', error, request_id: 'req_1' })).toEqual(error);
    expect(explain(429, { type: 'error', error: { type: 'new_error', message: '' } })).toEqual({
      type: 'new_error',
      message: '',
    });
  });

  it.each([
    [{ error: { message: 'No such model', type: 'x', code: 'y' } }, 'No such model'],
    [{ error: 'No such model' }, 'No such model'],
    [{ message: 'No such model' }, 'No such model'],
    [{ detail: 'No such model' }, 'No such model'],
    [{ type: 'error', error: { message: 'No such model' } }, 'No such model'],
  ])('is the sentence in %j', (body, message) => {
    expect(explain(404, body)).toEqual({ type: 'not_found_error', message });
  });

  it.each([
    '',
    '<html><h1>502 Bad Gateway</h1>nginx</html>',
    'upstream connect error',
    '{"error":',
    '[]',
    'null',
    '{}',
    '{"error":{}}',
    '{"message":" "}',
    '7',
  ])('is a plain sentence for %j', (body) => {
    expect(explain(502, body)).toEqual({ type: 'api_error', message: 'The upstream answered with status 502.' });
  });

  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [402, 'billing_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [408, 'timeout_error'],
    [409, 'conflict_error'],
    [413, 'request_too_large'],
    [422, 'invalid_request_error'],
    [429, 'rate_limit_error'],
    [302, 'api_error'],
    [500, 'api_error'],
    [503, 'api_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('of status %d has the type %s', (status, type) => {
    expect(explain(status, '').type).toBe(type);
  });

  it('is kept short', () => {
    expect(explain(500, { message: 'x'.repeat(1_000_000) }).message).toHaveLength(2000);
  });
});
