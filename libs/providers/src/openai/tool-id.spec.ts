import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { callerToolId, upstreamToolId } from './tool-id.js';

describe('the id of a tool call', () => {
  it('stays as it is when the Messages wire allows it', () => {
    expect(callerToolId('call_Ab1')).toBe('call_Ab1');
    expect(upstreamToolId('toolu_01A', 40)).toBe('toolu_01A');
  });

  it('is legal for callers and comes back to the upstream, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, maxLength: 40, unit: 'binary-ascii' }), (id) => {
        expect(callerToolId(id)).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
        expect(upstreamToolId(callerToolId(id), 64)).toBe(id);
      }),
    );
  });

  it('is not confused by an id that looks like one of ours', () => {
    for (const id of ['swyid_', 'swyid_!', 'swyid_ZnVu']) expect(upstreamToolId(callerToolId(id), 64)).toBe(id);
  });

  it('stays as it is when it only looks as if it were wrapped', () => {
    expect(upstreamToolId('swyid_A', 64)).toBe('swyid_A');
    expect(upstreamToolId('swyid_', 64)).toBe('swyid_');
  });

  it('is hashed when it is too long, the same way every time', () => {
    const long = 'x'.repeat(100);

    expect(callerToolId(long)).toMatch(/^swyh_[a-zA-Z0-9_-]{32}$/);
    expect(callerToolId(long)).toBe(callerToolId(long));
    expect(upstreamToolId('t'.repeat(64), 40)).toMatch(/^call_[a-zA-Z0-9_-]{32}$/);
  });
});
