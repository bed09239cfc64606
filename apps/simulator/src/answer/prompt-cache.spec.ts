import { describe, expect, it } from '@jest/globals';
import type { PromptSection } from './prompt.js';
import { PromptCache } from './prompt-cache.js';

const section = (text: string, tokens: number, cache?: '5m' | '1h'): PromptSection => ({ text, tokens, cache });

const SYSTEM = section('system', 100, '1h');
const QUESTION = section('question', 10, '5m');
const REST = section('rest', 1);

describe('the prompt cache', () => {
  it('writes a prefix first and reads it afterwards', () => {
    const cache = new PromptCache();

    expect(cache.account('key', [SYSTEM, QUESTION, REST], 0)).toEqual({ input: 1, read: 0, write5m: 10, write1h: 100 });
    expect(cache.account('key', [SYSTEM, QUESTION, REST], 1)).toEqual({ input: 1, read: 110, write5m: 0, write1h: 0 });
  });

  it('reads as much of a longer conversation as it knows', () => {
    const cache = new PromptCache();
    cache.account('key', [SYSTEM, QUESTION], 0);

    const longer = [SYSTEM, { ...QUESTION, cache: undefined }, section('answer', 20), section('more', 5, '5m')];

    expect(cache.account('key', longer, 1)).toEqual({ input: 0, read: 110, write5m: 25, write1h: 0 });
  });

  it('shares nothing between owners', () => {
    const cache = new PromptCache();
    cache.account('one', [SYSTEM], 0);

    expect(cache.account('other', [SYSTEM], 0).read).toBe(0);
  });

  it('forgets a prefix at the end of its lifetime, and lives longer when read', () => {
    const cache = new PromptCache();
    cache.account('key', [QUESTION], 0);

    expect(cache.account('key', [QUESTION], 299_999).read).toBe(10);
    expect(cache.account('key', [QUESTION], 599_998).read).toBe(10);
    expect(cache.account('key', [QUESTION], 899_998).read).toBe(0);
  });

  it('caches nothing that is not marked', () => {
    const cache = new PromptCache();
    cache.account('key', [REST], 0);

    expect(cache.account('key', [REST], 0)).toEqual({ input: 1, read: 0, write5m: 0, write1h: 0 });
  });
});
