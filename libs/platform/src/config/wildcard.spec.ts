import { describe, expect, it } from '@jest/globals';
import { matchesPattern, overlap } from './wildcard.js';

describe('a pattern of model names', () => {
  it.each([
    ['*', 'anything', true],
    ['claude-*', 'claude-opus', true],
    ['claude-*', 'claude-', true],
    ['claude-*', 'gpt', false],
    ['opus', 'opus', true],
    ['opus', 'opus-5', false],
  ])('%s matches %s: %s', (pattern, model, expected) => {
    expect(matchesPattern(pattern, model)).toBe(expected);
  });

  it.each([
    ['claude-*', 'claude-opus-*', true],
    ['claude-opus-*', 'claude-*', true],
    ['claude-*', 'gpt-*', false],
    ['claude-*', 'claude-opus', true],
    ['opus', '*', true],
    ['opus', 'sonnet', false],
  ])('%s and %s share a name: %s', (one, other, expected) => {
    expect(overlap(one, other)).toBe(expected);
  });
});
