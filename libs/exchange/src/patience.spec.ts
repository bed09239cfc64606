import { describe, expect, it } from '@jest/globals';
import { anOutboundRequest } from '#testing';
import { firstByteAllowance } from './patience.js';

const timeouts = { connectMs: 1, firstByteMs: 60_000, idleMs: 1, totalMs: 1 };
const allowance = (maxTokens: number, stream: boolean): number =>
  firstByteAllowance({ ...anOutboundRequest({ max_tokens: maxTokens }), stream, maxTokens }, timeouts);

describe('how long an upstream may say nothing', () => {
  it('is the configured time for a stream, whatever it may grow to', () => {
    expect(allowance(64_000, true)).toBe(60_000);
  });

  it('is longer by the slowest generation for an answer that comes when it is finished', () => {
    expect(allowance(0, false)).toBe(60_000);
    expect(allowance(1_024, false)).toBe(60_000 + 28_800);
    expect(allowance(64_000, false)).toBe(60_000 + 1_800_000);
  });
});
