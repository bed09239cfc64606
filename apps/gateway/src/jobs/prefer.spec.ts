import { describe, expect, it } from '@jest/globals';
import { appliedPreference, readPrefer } from './prefer.js';

describe('what a client prefers', () => {
  it.each([
    [undefined, false, undefined],
    ['', false, undefined],
    ['return=minimal', false, undefined],
    ['respond-async', true, undefined],
    ['Respond-Async', true, undefined],
    ['respond-async, wait=10', true, 10_000],
    ['respond-async; wait=10', true, 10_000],
    ['wait = "5" , respond-async', true, 5_000],
    ['respond-async, wait=0', true, 0],
    ['respond-async, wait=99999', true, 300_000],
    ['respond-async, wait=-1', true, undefined],
    ['respond-async, wait=soon', true, undefined],
  ])('%p: later %p, after %p ms', (header, respondAsync, waitMs) => {
    expect(readPrefer(header)).toEqual({ respondAsync, waitMs });
  });

  it('reads a header that came twice', () => {
    expect(readPrefer(['wait=3', 'respond-async'])).toEqual({ respondAsync: true, waitMs: 3000 });
  });

  it('says what it did', () => {
    expect(appliedPreference({ respondAsync: true, waitMs: 10_000 })).toBe('respond-async, wait=10');
    expect(appliedPreference({ respondAsync: true, waitMs: undefined })).toBe('respond-async');
  });
});
