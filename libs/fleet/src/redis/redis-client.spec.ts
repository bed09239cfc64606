import { describe, expect, it } from '@jest/globals';
import { retryDelay } from './redis-client.js';

describe('the pause before connecting again', () => {
  it('doubles up to a second, and stays there', () => {
    expect([0, 1, 2, 3, 4, 5, 5000].map(retryDelay)).toEqual([100, 200, 400, 800, 1000, 1000, 1000]);
  });
});
