import { describe, expect, it } from '@jest/globals';
import { encodeReasoning } from './encode-reasoning.js';
import { limitsOf } from './model-limits.js';
import { RequestField } from './request-field.js';
import { ThinkingTokens } from './thinking-token.js';
import { vendorOf } from './vendors.js';

const reason = (vendor: string, model: string, request: Record<string, unknown>, hasTools = false) => {
  const ignored = new Set<string>();
  const row = vendorOf({ vendor, baseUrl: 'https://any.example' });
  const tokens = new ThinkingTokens(Buffer.from('k'));
  const encoding = { vendor: row, model, limits: limitsOf(row.models, model), tokens, ignored };
  const fields = encodeReasoning(new RequestField(request), encoding, hasTools);
  return [fields, [...ignored]];
};

const enabled = (budget_tokens: number) => ({ thinking: { type: 'enabled', budget_tokens } });
const ADAPTIVE = { thinking: { type: 'adaptive' } };
const DISABLED = { thinking: { type: 'disabled' } };
const effort = (level: string) => ({ output_config: { effort: level } });

describe('thinking', () => {
  it.each([
    ['openai', 'gpt-5.2', {}, {}],
    ['openai', 'gpt-5.2', enabled(2_000), { reasoning_effort: 'low' }],
    ['openai', 'gpt-5.2', enabled(8_000), { reasoning_effort: 'medium' }],
    ['openai', 'gpt-5.2', enabled(32_000), { reasoning_effort: 'high' }],
    ['openai', 'gpt-5.2', ADAPTIVE, { reasoning_effort: 'high' }],
    ['openai', 'gpt-5.2', { ...ADAPTIVE, ...effort('low') }, { reasoning_effort: 'low' }],
    ['openai', 'gpt-5.6-sol', effort('max'), { reasoning_effort: 'max' }],
    ['openai', 'gpt-5.2', effort('max'), { reasoning_effort: 'xhigh' }],
    ['openai', 'o3', effort('xhigh'), { reasoning_effort: 'high' }],
    ['openai', 'gpt-5-pro', effort('low'), { reasoning_effort: 'high' }],
    ['openai', 'gpt-5.2', DISABLED, { reasoning_effort: 'none' }],
    ['openai', 'gpt-5-chat-latest', DISABLED, {}],
    ['openai', 'gpt-4.1', DISABLED, {}],
    ['deepseek', 'deepseek-v4-pro', enabled(8_000), { thinking: { type: 'enabled' }, reasoning_effort: 'high' }],
    ['deepseek', 'deepseek-v4-pro', DISABLED, { thinking: { type: 'disabled' } }],
    ['deepseek', 'deepseek-v4-pro', effort('max'), { reasoning_effort: 'max' }],
    ['qwen', 'qwen3.6-plus', enabled(8_000), { enable_thinking: true, thinking_budget: 8_000 }],
    ['qwen', 'qwen3.6-plus', ADAPTIVE, { enable_thinking: true }],
    ['qwen', 'qwen3.6-plus', DISABLED, { enable_thinking: false }],
    [
      'doubao',
      'doubao-seed',
      { ...ADAPTIVE, ...effort('xhigh') },
      { thinking: { type: 'enabled' }, reasoning_effort: 'high' },
    ],
    ['vllm', 'qwen3', DISABLED, { chat_template_kwargs: { enable_thinking: false } }],
    ['ollama', 'gpt-oss', DISABLED, { reasoning_effort: 'none' }],
    ['compatible', 'm', {}, {}],
  ])('for %s %s: %j', (vendor, model, request, expected) => {
    expect(reason(vendor, model, request)).toEqual([expected, []]);
  });

  it.each([
    ['openai', 'gpt-4.1', { ...ADAPTIVE, ...effort('low') }, ['thinking', 'output_config.effort']],
    ['compatible', 'm', enabled(8_000), ['thinking']],
    ['compatible', 'm', DISABLED, ['thinking']],
    ['compatible', 'm', effort('low'), ['output_config.effort']],
  ])('is listed where %s %s cannot be told: %j', (vendor, model, request, expected) => {
    expect(reason(vendor, model, request)).toEqual([{}, expected]);
  });

  it.each([
    ['o4-mini', { reasoning_effort: 'low' }],
    ['gpt-5-mini', { reasoning_effort: 'minimal' }],
    ['gpt-5-codex', { reasoning_effort: 'low' }],
    ['gpt-5-pro', { reasoning_effort: 'high' }],
    ['gpt-5.1-chat-latest', { reasoning_effort: 'medium' }],
  ])('that %s cannot turn off is held to the least, and listed', (model, expected) => {
    expect(reason('openai', model, DISABLED)).toEqual([expected, ['thinking']]);
  });

  it.each([
    ['gpt-5.2', effort('high'), { reasoning_effort: 'high' }, []],
    ['gpt-5.4', {}, {}, []],
    ['gpt-5.4', { ...ADAPTIVE, ...effort('high') }, {}, ['thinking', 'output_config.effort']],
    ['gpt-5.4', DISABLED, {}, ['thinking']],
    ['gpt-5.6-sol', {}, { reasoning_effort: 'none' }, []],
    ['gpt-5.6-sol', DISABLED, { reasoning_effort: 'none' }, []],
    [
      'gpt-5.6-sol',
      { ...ADAPTIVE, ...effort('high') },
      { reasoning_effort: 'none' },
      ['thinking', 'output_config.effort'],
    ],
  ])('beside tools, for %s: %j', (model, request, expected, ignored) => {
    expect(reason('openai', model, request, true)).toEqual([expected, ignored]);
  });

  it.each([
    ['qwen', { ...ADAPTIVE, ...effort('low') }, { enable_thinking: true }, 'output_config.effort'],
    ['deepseek', { ...DISABLED, ...effort('high') }, { thinking: { type: 'disabled' } }, 'output_config.effort'],
    ['openai', { ...DISABLED, ...effort('high') }, { reasoning_effort: 'none' }, 'output_config.effort'],
    ['openai', { ...enabled(32_000), ...effort('low') }, { reasoning_effort: 'low' }, 'budget_tokens'],
  ])('for %s lists what does not go together: %j', (vendor, request, expected, name) => {
    expect(reason(vendor, 'gpt-5.2', request)).toEqual([expected, [name]]);
  });

  it.each(['summarized', 'omitted', null])('may be displayed %s', (display) => {
    expect(reason('compatible', 'm', { thinking: { type: 'adaptive', display } })).toEqual([{}, ['thinking']]);
  });

  it('lists a way of display that it does not know, because betas add some', () => {
    const thinking = { type: 'adaptive', display: 'updates' };
    expect(reason('compatible', 'm', { thinking })).toEqual([{}, ['thinking.display', 'thinking']]);
  });

  it.each([
    [{ thinking: { type: 'enabled' } }, 'thinking.enabled.budget_tokens: Field required'],
    [{ thinking: { type: 'between_tools' } }, 'thinking.type: "between_tools" is not supported for this model'],
    [{ thinking: { type: 'on' } }, 'thinking.type: Input should be'],
    [{ thinking: { type: 'adaptive', display: 3 } }, 'thinking.display: Input should be a valid string'],
    [{ thinking: { type: 'adaptive', depth: 3 } }, 'thinking.depth: Extra inputs are not permitted'],
    [effort('extreme'), "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"],
  ])('is refused: %j', (request, complaint) => {
    expect(() => reason('openai', 'gpt-5.2', request)).toThrow(complaint);
  });
});
