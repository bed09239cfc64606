import { describe, expect, it } from '@jest/globals';
import { InvalidJson } from './invalid-json.js';
import { endOfElement } from './json-children.js';

const endOf = (text: string, wanted: string): number | undefined =>
  endOfElement(Buffer.from(text), (element) => element.toString() === wanted);

describe('the end of an element', () => {
  it.each([
    ['[1,2,3]', '2', 4],
    ['[ {"a":[2]} , 2 , 2 ]', '2', 15],
    ['[1,2]', '3', undefined],
    ['[]', '1', undefined],
    ['{"a":1}', '1', undefined],
    ['', '1', undefined],
  ])('in %s that is %s is %p', (text, wanted, end) => {
    expect(endOf(text, wanted)).toBe(end);
  });

  it('is found in a text that is cut off behind it, and not in one that is cut off before', () => {
    expect(endOf('[1,2,{"a', '2')).toBe(4);
    expect(() => endOf('[1,{"a', '2')).toThrow(InvalidJson);
  });
});
