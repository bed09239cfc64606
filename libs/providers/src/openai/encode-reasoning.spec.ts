import { describe, expect, it } from '@jest/globals';
import { encodeReasoning } from './encode-reasoning.js';
import { RequestField } from './request-field.js';
import { ThinkingTokens } from './thinking-token.js';
import { vendorOf } from './vendors.js';

const reason = (vendor: string, model: string, request: Record<string, unknown>) => {
  const ignored = new Set<string>();
  const row = vendorOf({ vendor, baseUrl: 'https://any.example' });
  const fields = encodeReasoning(new RequestField(request), {
    vendor: row,
    model,
    tokens: new ThinkingTokens(Buffer.from('k')),
    ignored,
  });
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
    ['openai', 'gpt-5.2', { ...enabled(32_000), ...effort('low') }, { reasoning_effort: 'low' }],
    ['openai', 'gpt-5.2', effort('max'), { reasoning_effort: 'max' }],
    ['openai', 'gpt-5.2', DISABLED, { reasoning_effort: 'none' }],
    ['openai', 'gpt-5-mini', DISABLED, { reasoning_effort: 'minimal' }],
    ['openai', 'o4-mini', DISABLED, { reasoning_effort: 'low' }],
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

  it('lists an effort that goes only part of the way', () => {
    expect(reason('qwen', 'qwen3.6-plus', { ...ADAPTIVE, ...effort('low') })).toEqual([
      { enable_thinking: true },
      ['output_config.effort'],
    ]);
  });

  it.each([
    [{ thinking: { type: 'enabled' } }, 'thinking.enabled.budget_tokens: Field required'],
    [{ thinking: { type: 'between_tools' } }, 'thinking.type: "between_tools" is not supported for this model'],
    [{ thinking: { type: 'on' } }, 'thinking.type: Input should be'],
    [{ thinking: { type: 'adaptive', depth: 3 } }, 'thinking.depth: Extra inputs are not permitted'],
    [effort('extreme'), "output_config.effort: Input should be 'low', 'medium', 'high', 'xhigh' or 'max'"],
  ])('is refused: %j', (request, complaint) => {
    expect(() => reason('openai', 'gpt-5.2', request)).toThrow(complaint);
  });
});
