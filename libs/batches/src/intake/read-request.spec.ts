import { describe, expect, it } from '@jest/globals';
import { readRequest } from './read-request.js';

const read = (text: string) => readRequest(Buffer.from(text), 7);

describe('one request of a batch', () => {
  it('is its id, and its params byte for byte', () => {
    const { customId, params } = read('{ "custom_id" : "a_B-9" ,"params": { "x" :[1.50, "\\u00e9"] } }');

    expect(customId).toBe('a_B-9');
    expect(params.toString()).toBe('{ "x" :[1.50, "\\u00e9"] }');
  });

  it('may be in the other order, with escapes', () => {
    const { customId, params } = read(String.raw`{"params":{},"custom\u005fid":"\u0061"}`);

    expect(customId).toBe('a');
    expect(params.toString()).toBe('{}');
  });

  it('may have params that no model takes, which is told when it is run', () => {
    expect(read('{"custom_id":"a","params":{"stream":true,"nope":1}}').customId).toBe('a');
  });

  it('may have params as deep as a Messages body', () => {
    const nested = (levels: number) => `{"custom_id":"a","params":{"x":${'['.repeat(levels)}${']'.repeat(levels)}}}`;

    expect(read(nested(127)).customId).toBe('a');
    expect(() => read(nested(128))).toThrow('requests.7: Nested deeper than 128 levels');
  });

  const pattern = "requests.7.custom_id: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'";
  it.each([
    ['{"params":{}}', 'requests.7.custom_id: Field required'],
    ['{"custom_id":"a"}', 'requests.7.params: Field required'],
    ['{}', 'requests.7.custom_id: Field required'],
    ['{"custom_id":5,"params":{}}', 'requests.7.custom_id: Input should be a valid string'],
    ['{"custom_id":null,"params":{}}', 'requests.7.custom_id: Input should be a valid string'],
    ['{"custom_id":"","params":{}}', pattern],
    [`{"custom_id":"${'a'.repeat(65)}","params":{}}`, pattern],
    [`{"custom_id":"${'a'.repeat(5000)}","params":{}}`, pattern],
    ['{"custom_id":"../../etc/passwd","params":{}}', pattern],
    [String.raw`{"custom_id":"a\n","params":{}}`, pattern],
    [String.raw`{"custom_id":"a\u0000","params":{}}`, pattern],
    ['{"custom_id":"é","params":{}}', pattern],
    ['{"custom_id":"a","params":null}', 'requests.7.params: Input should be a valid dictionary'],
    ['{"custom_id":"a","params":[]}', 'requests.7.params: Input should be a valid dictionary'],
    ['{"custom_id":"a","params":"{}"}', 'requests.7.params: Input should be a valid dictionary'],
    ['{"custom_id":"a","params":{},"model":"m"}', 'requests.7.model: Extra inputs are not permitted'],
    ['{"custom_id":"a","params":{},"__proto__":{}}', 'requests.7.__proto__: Extra inputs are not permitted'],
    ['{"custom_id":"a","custom_id":"b","params":{}}', 'requests.7.custom_id: Field given more than once'],
    ['{"custom_id":"a","params":{},"params":{}}', 'requests.7.params: Field given more than once'],
    [`{${Array.from({ length: 20 }, (_, n) => `"k${n}":1`).join()}}`, 'requests.7: Extra inputs are not permitted'],
    [
      '{"custom_id":"a","params":{1}}',
      'requests.7: not valid JSON: Expected a key in double quotes at byte 27 of this request.',
    ],
    [
      '{"custom_id":"a","params":{"x":"\n"}}',
      'requests.7: not valid JSON: Expected no control character in a string at byte 32 of this request.',
    ],
    ['{"custom_id":"a","params":[}}', 'requests.7: not valid JSON: Expected a value at byte 27 of this request.'],
  ])('is refused by name, case %#', (text, message) => {
    expect(() => read(text)).toThrow(expect.objectContaining({ status: 400, message }));
  });
});
