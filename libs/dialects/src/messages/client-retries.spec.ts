import { describe, expect, it } from '@jest/globals';
import { clientRetries } from './client-retries.js';

describe('the retries that a client tells of', () => {
  it.each([
    ['0', 0],
    ['1', 1],
    ['100', 100],
    ['007', 7],
  ])('%j are %d', (told, count) => {
    expect(clientRetries({ 'x-stainless-retry-count': told })).toBe(count);
  });

  it.each(['101', '-1', '1.5', '1e2', 'NaN', '', ' 1', '9'.repeat(400), ['1', '2'], undefined])(
    'are none where %j is told',
    (told) => {
      expect(clientRetries({ 'x-stainless-retry-count': told })).toBe(0);
    },
  );
});
