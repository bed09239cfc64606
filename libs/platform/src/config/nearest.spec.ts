import { describe, expect, it } from '@jest/globals';
import { nearest } from './nearest.js';

describe('the nearest known name', () => {
  const known = ['providers', 'models', 'keys', 'listen', 'first_byte'];

  it.each([
    ['provider', 'providers'],
    ['lisetn', 'listen'],
    ['firstbyte', 'first_byte'],
    ['KEYS', 'keys'],
    ['zebra', undefined],
    ['', undefined],
  ])('of %j is %j', (name, expected) => {
    expect(nearest(name, known)).toBe(expected);
  });
});
