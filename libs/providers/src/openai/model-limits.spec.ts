import { describe, expect, it } from '@jest/globals';
import { limitsOf, nearestEffort, OPENAI_MODELS } from './model-limits.js';

const ALL = 'none low medium high xhigh max';

describe("OpenAI's models", () => {
  it.each([
    ['o1', 'low medium high'],
    ['o3', 'low medium high'],
    ['o3-pro', 'low medium high'],
    ['o4-mini-2025-04-16', 'low medium high'],
    ['codex-mini-latest', 'low medium high'],
    ['gpt-5', 'minimal low medium high'],
    ['gpt-5-2025-08-07', 'minimal low medium high'],
    ['gpt-5-nano', 'minimal low medium high'],
    ['gpt-5-codex', 'low medium high'],
    ['gpt-5-pro-2025-10-06', 'high'],
    ['gpt-5-chat-latest', ''],
    ['gpt-5.1', 'none low medium high'],
    ['gpt-5.1-chat-latest', 'medium'],
    ['gpt-5.1-codex-mini', 'low medium high'],
    ['gpt-5.1-codex-max', 'low medium high xhigh'],
    ['gpt-5.2-2025-12-11', 'none low medium high xhigh'],
    ['gpt-5.2-pro', 'medium high xhigh'],
    ['gpt-5.3-codex', 'low medium high xhigh'],
    ['gpt-5.4-mini', 'none low medium high xhigh'],
    ['gpt-5.5-pro', 'medium high xhigh'],
    ['gpt-5.6-sol', ALL],
    ['gpt-5.10', ALL],
    ['gpt-6-luna', ALL],
    ['gpt-6-astra', 'low medium high xhigh max'],
    ['gpt-6.1-sol', 'low medium high xhigh max'],
    ['gpt-4.1', ''],
    ['gpt-4o-2024-11-20', ''],
    ['chatgpt-4o-latest', ''],
  ])('%s takes these efforts: %s', (model, efforts) => {
    expect(limitsOf(OPENAI_MODELS, model).efforts.join(' ')).toBe(efforts);
  });

  it.each([
    ['gpt-4.1', true, true],
    ['gpt-5-chat-latest', true, true],
    ['o1', true, false],
    ['o3-mini', true, false],
    ['o3', false, false],
    ['gpt-5.2', false, false],
    ['gpt-5.1-chat-latest', false, false],
  ])('%s takes stop strings: %s, and sampling while it reasons: %s', (model, stops, sampling) => {
    expect(limitsOf(OPENAI_MODELS, model)).toMatchObject({ stops, sampling });
  });

  it.each([
    ['gpt-5.2', 'said'],
    ['gpt-5.4', 'unsaid'],
    ['gpt-5.5-2026-04-23', 'unsaid'],
    ['gpt-5.6-terra', 'none'],
    ['gpt-6-sol', 'none'],
  ])('%s has its effort beside tools %s', (model, besideTools) => {
    expect(limitsOf(OPENAI_MODELS, model)).toMatchObject({ besideTools });
  });
});

describe('the nearest effort', () => {
  it.each([
    ['gpt-5.6-sol', 'max', 'max'],
    ['gpt-5.2', 'max', 'xhigh'],
    ['gpt-5', 'max', 'high'],
    ['gpt-5-pro', 'low', 'high'],
    ['gpt-5.2-pro', 'low', 'medium'],
    ['gpt-5', 'none', 'minimal'],
    ['gpt-4.1', 'high', undefined],
  ] as const)('for %s to %s is %s', (model, wanted, expected) => {
    expect(nearestEffort(limitsOf(OPENAI_MODELS, model), wanted)).toBe(expected);
  });

  it('is the wanted one where nothing is known of the model', () => {
    expect(nearestEffort(limitsOf([], 'any'), 'xhigh')).toBe('xhigh');
  });
});
