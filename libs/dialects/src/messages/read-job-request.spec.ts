import { describe, expect, it } from '@jest/globals';
import { readJobRequest } from './read-job-request.js';

const read = (text: string) => readJobRequest(Buffer.from(text));

describe('a job request', () => {
  it('keeps the bytes of its params', () => {
    const params = '{ "model":"m",\n "x":1.0, "x":2e0 }';
    expect(read(`{"priority":"background","params": ${params} ,"expires_in_seconds":60}`)).toEqual({
      params: Buffer.from(params),
      webhookUrl: undefined,
      expiresInMs: 60_000,
      priority: 'background',
    });
  });

  it('takes null for what is not said', () => {
    expect(read('{"params":{},"webhook_url":null,"priority":null,"expires_in_seconds":null}').priority).toBe(undefined);
  });

  it.each([
    ['{}', 'params: Field required'],
    ['{"params":{},"webhook":"x"}', 'webhook: Extra inputs are not permitted'],
    ['{"params":{},"priority":"high"}', /^priority: /],
    ['{"params":{},"expires_in_seconds":59}', /^expires_in_seconds: /],
    ['{"params":{},"expires_in_seconds":86401}', /^expires_in_seconds: /],
    ['{"params":{},"webhook_url":7}', /^webhook_url: /],
    ['[]', /object/],
    ['{"params":{}', /JSON/i],
  ])('refuses %s', (text, message) => {
    expect(() => read(text)).toThrow(message);
  });
});
