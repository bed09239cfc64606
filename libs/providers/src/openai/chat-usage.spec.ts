import { describe, expect, it } from '@jest/globals';
import { mergeUsage, NO_USAGE } from '#core';
import * as fc from 'fast-check';
import { usageOf, wireUsage } from './chat-usage.js';

describe('usage of a chat completion', () => {
  it.each([
    [
      { prompt_tokens: 10, completion_tokens: 5 },
      { input: 10, output: 5, cacheRead: null, cacheWrite5m: null, thinking: null },
    ],
    [
      { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 4, cache_write_tokens: 3 } },
      { input: 3, cacheRead: 4, cacheWrite5m: 3, output: null },
    ],
    [
      { prompt_tokens: 10, prompt_cache_hit_tokens: 8, prompt_cache_miss_tokens: 2 },
      { input: 2, cacheRead: 8 },
    ],
    [
      { prompt_tokens: 10, prompt_tokens_details: { cached_tokens: 20 } },
      { input: 0, cacheRead: 20 },
    ],
    [{ prompt_tokens: 10, prompt_tokens_details: null }, { input: 10 }],
    [
      { completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 3 } },
      { output: 5, thinking: 3 },
    ],
    [
      { completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 9 } },
      { output: 5, thinking: 5 },
    ],
    [
      { prompt_tokens: '10', completion_tokens: -1 },
      { input: null, output: null },
    ],
  ])('%j', (wire, expected) => {
    expect(usageOf(wire)).toMatchObject(expected);
  });

  it('is nothing when there is none', () => {
    for (const none of [undefined, null, [], 'many']) expect(usageOf(none)).toEqual(NO_USAGE);
  });

  it('splits a prompt into buckets that add up to it again, for the ledger as for the caller', () => {
    const counts = fc.record({ fresh: fc.nat(), read: fc.nat(), write: fc.nat(), output: fc.nat() });
    fc.assert(
      fc.property(counts, ({ fresh, read, write, output }) => {
        const usage = usageOf({
          prompt_tokens: fresh + read + write,
          completion_tokens: output,
          prompt_tokens_details: { cached_tokens: read, cache_write_tokens: write },
        });
        const wire = wireUsage(usage, 0);

        expect(usage).toMatchObject({ input: fresh, cacheRead: read, cacheWrite5m: write, output });
        expect(wire.input_tokens + (wire.cache_read_input_tokens ?? 0) + (wire.cache_creation_input_tokens ?? 0)).toBe(
          fresh + read + write,
        );
        expect(mergeUsage(NO_USAGE, wire)).toMatchObject({
          input: fresh,
          cacheRead: read,
          cacheWrite5m: write,
          output,
        });
      }),
    );
  });
});
