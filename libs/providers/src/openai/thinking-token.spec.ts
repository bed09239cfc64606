import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { isOurSignature, type ThinkingPlace, ThinkingTokens } from './thinking-token.js';

const tokens = new ThinkingTokens(Buffer.from('one key'));

const sealed = (pieces: readonly string[], place: ThinkingPlace = 'shown'): string => {
  const seal = tokens.begin('deepseek', place);
  for (const piece of pieces) seal.add(piece);
  return seal.signature();
};

describe('the signature of thinking', () => {
  it('is recognised without a key', () => {
    expect(isOurSignature(sealed(['Hm']))).toBe(true);
    expect(isOurSignature('EqQBCgIYAhIMqrt')).toBe(false);
  });

  it('opens for the same text, however it came in pieces', () => {
    const pieces = fc.array(fc.string({ unit: 'grapheme' }));
    fc.assert(
      fc.property(pieces, (texts) => {
        const text = texts.join('');
        expect(tokens.open(sealed(texts), text)).toEqual({ vendor: 'deepseek', reasoning: text });
      }),
    );
  });

  it('carries what was not shown, whatever comes back in its place', () => {
    expect(tokens.open(sealed(['Se', 'cret'], 'carried'), 'anything')).toEqual({
      vendor: 'deepseek',
      reasoning: 'Secret',
    });
    expect(tokens.open(sealed(['Secret'], 'dropped'), '')).toEqual({ vendor: 'deepseek', reasoning: '' });
    expect(sealed(['Secret'], 'dropped').length).toBeLessThan(64);
  });

  it('does not open for another text, for another key, or with any character changed', () => {
    const signature = sealed(['Hm']);

    expect(tokens.open(signature, 'Hmm')).toBeUndefined();
    expect(new ThinkingTokens(Buffer.from('another key')).open(signature, 'Hm')).toBeUndefined();
    expect(tokens.open('~swy1.', '')).toBeUndefined();
    for (let at = 5; at < signature.length - 1; at++) {
      const other = signature[at] === 'A' ? 'B' : 'A';
      expect(tokens.open(signature.slice(0, at) + other + signature.slice(at + 1), 'Hm')).toBeUndefined();
    }
  });
});
