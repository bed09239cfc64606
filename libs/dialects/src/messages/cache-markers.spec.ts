import { describe, expect, it } from '@jest/globals';
import { withoutMarkers } from './cache-markers.js';

const without = (text: string): string => withoutMarkers(Buffer.from(text)).toString();

describe('JSON without cache markers', () => {
  it.each([
    ['{"type":"text","cache_control":{"type":"ephemeral"}}', '{"type":"text"}'],
    ['{"cache_control":{"type":"ephemeral"},"type":"text"}', '{"type":"text"}'],
    ['{"a":1,"cache_control":{"type":"ephemeral","ttl":"1h"},"b":2}', '{"a":1,"b":2}'],
    ['{"cache_control":{"type":"ephemeral"}}', '{}'],
    ['{"a":1,"cache_control":null}', '{"a":1}'],
    ['{ "a": 1 , "cache_control" : { "type": "ephemeral" } }', '{ "a": 1  }'],
    ['{"cache_control": {"type": "ephemeral"}, "a": 1}', '{"a": 1}'],
    ['[{"a":1,"cache_control":{}},{"a":2,"cache_control":{}}]', '[{"a":1},{"a":2}]'],
    ['[{"a":1,"cache_control":{"type":"ephe', '[{"a":1'],
    ['[{"a":1,"cache_control"', '[{"a":1,"cache_control"'],
  ])('%s', (text, expected) => {
    expect(without(text)).toBe(expected);
  });

  it.each([
    '{"text":"say \\"cache_control\\": {\\"type\\":\\"ephemeral\\"}"}',
    '{"name":"cache_control","enum":["cache_control"]}',
    '{"cache_controls":{}}',
    '',
  ])('leaves %s as it is', (text) => {
    expect(without(text)).toBe(text);
  });
});
