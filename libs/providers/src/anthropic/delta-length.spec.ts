import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { deltaLength } from './delta-length.js';

const data = (delta: Record<string, unknown>) => JSON.stringify({ type: 'content_block_delta', index: 0, delta });

describe('the length of a delta', () => {
  it('counts the characters of text, thinking and tool input', () => {
    const kind = fc.constantFrom('text', 'thinking', 'partial_json');
    fc.assert(
      fc.property(kind, fc.string({ unit: 'binary' }), (field, written) => {
        expect(deltaLength(data({ type: `${field}_delta`, [field]: written }))).toBe(written.length);
        expect(deltaLength(data({ [field]: written, type: `${field}_delta` }))).toBe(written.length);
      }),
    );
    expect.hasAssertions();
  });

  it.each([
    [data({ type: 'text_delta', text: 'a"\\\n\u0001é' }), 6],
    ['{"delta": {"text" : "ab\\u00e9"}}', 3],
    [data({ type: 'signature_delta', signature: 'abc' }), 0],
    [data({ type: 'citations_delta', citation: { cited_text: 'abc' } }), 0],
    ['{"delta":{"text":"abc', 3],
    ['nonsense', 0],
    ['', 0],
  ])('of %s is %d', (given, length) => {
    expect(deltaLength(given)).toBe(length);
  });
});
