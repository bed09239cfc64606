import { describe, expect, it } from '@jest/globals';
import { promptTokens } from '../answer/prompt.js';
import type { JsonObject } from '../json-object.js';
import { Refusal } from '../refusal.js';
import { readMessages } from './read-prompt.js';
import { signThinking } from './thinking-signature.js';

type Fields = Record<string, unknown>;

const HELLO = { role: 'user', content: 'Hello' };
const TOOL = { name: 'look_up', input_schema: { type: 'object', properties: {} } };
const CALL = { type: 'tool_use', id: 'toolu_1', name: 'look_up', input: {} };
const RESULT = { type: 'tool_result', tool_use_id: 'toolu_1', content: 'found' };

/** Without the fields that are undefined. */
const asSent = (fields: Fields): JsonObject => JSON.parse(JSON.stringify(fields)) as JsonObject;

const read = (fields: Fields = {}, { version = '2023-06-01', operation = 'messages' as const, strict = true } = {}) =>
  readMessages(asSent({ model: 'sim', max_tokens: 2000, messages: [HELLO], ...fields }), {
    operation,
    headers: { 'anthropic-version': version },
    directives: {},
    strict,
  });

const refusal = (fields: Fields, version?: string): string => {
  try {
    read(fields, { version });
  } catch (error) {
    if (error instanceof Refusal && error.type === 'invalid_request_error' && error.status === 400)
      return error.message;
    throw error;
  }
  return 'taken';
};

describe('a Messages request', () => {
  it.each<[string, Fields, string]>([
    ['no model', { model: undefined }, 'model: Field required'],
    ['no limit', { max_tokens: undefined }, 'max_tokens: Field required'],
    ['no messages', { messages: undefined }, 'messages: Field required'],
    ['empty messages', { messages: [] }, 'messages: at least one message is required'],
    ['an unknown field', { foo: 1 }, 'foo: Extra inputs are not permitted'],
    [
      'a tool setting at the top',
      { disable_parallel_tool_use: true },
      'disable_parallel_tool_use: Extra inputs are not permitted',
    ],
    ['null for a flag', { stream: null }, 'stream: Input should be a valid boolean'],
    ['null for a number', { temperature: null }, 'temperature: Input should be a valid number'],
    ['null for the system prompt', { system: null }, 'system: Input should be a valid string or list'],
    [
      'a string for tool_choice',
      { tools: [TOOL], tool_choice: 'auto' },
      'tool_choice: Input should be a valid dictionary',
    ],
    [
      'an unknown tool_choice',
      { tools: [TOOL], tool_choice: { type: 'required' } },
      "tool_choice: Input tag should be one of: 'any', 'auto', 'none', 'tool'",
    ],
    [
      'a nameless tool_choice',
      { tools: [TOOL], tool_choice: { type: 'tool' } },
      'tool_choice.tool.name: Field required',
    ],
    [
      'a tool_choice without tools',
      { tool_choice: { type: 'auto' } },
      'tool_choice: tool_choice may only be specified while providing tools',
    ],
    ['too warm a temperature', { temperature: 1.5 }, 'temperature: Input should be less than or equal to 1'],
    [
      'a blank stop sequence',
      { stop_sequences: [' '] },
      'stop_sequences: each stop sequence must contain non-whitespace',
    ],
    ['unknown metadata', { metadata: { team: 'x' } }, 'metadata.team: Extra inputs are not permitted'],
    ['a streamed pre-warming', { max_tokens: 0, stream: true }, 'max_tokens: 0 is not supported with stream'],
    ['two tools of one name', { tools: [TOOL, TOOL] }, 'tools: Tool names must be unique.'],
    ['a tool without schema', { tools: [{ name: 'x' }] }, 'tools.0.custom.input_schema: Field required'],
    [
      'a budget below the least',
      { thinking: { type: 'enabled', budget_tokens: 10 } },
      'thinking.enabled.budget_tokens: Input should be greater than or equal to 1024',
    ],
    [
      'a budget above the limit',
      { thinking: { type: 'enabled', budget_tokens: 2000 } },
      '`max_tokens` must be greater than `thinking.budget_tokens`.',
    ],
    [
      'a fifth breakpoint',
      { system: Array.from({ length: 5 }, () => ({ type: 'text', text: 'x', cache_control: { type: 'ephemeral' } })) },
      'A maximum of 4 blocks with cache_control may be provided. Found 5.',
    ],
  ])('is refused with %s', (_what, fields, message) => {
    expect(refusal(fields)).toBe(message);
  });

  it.each<[string, unknown, string]>([
    ['no role', { content: 'x' }, 'messages.0.role: Field required'],
    ['no content', { role: 'user' }, 'messages.0.content: Field required'],
    [
      'another role',
      { role: 'tool', content: 'x' },
      "messages.0.role: Input should be 'user', 'assistant' or 'system'",
    ],
    ['an unknown field', { ...HELLO, name: 'x' }, 'messages.0.name: Extra inputs are not permitted'],
    ['a block without type', { role: 'user', content: [{ text: 'x' }] }, 'messages.0.content.0.type: Field required'],
    [
      'a block with an unknown field',
      { role: 'user', content: [{ type: 'text', text: 'x', foo: 1 }] },
      'messages.0.content.0.text.foo: Extra inputs are not permitted',
    ],
    [
      'an empty text',
      { role: 'user', content: [{ type: 'text', text: '' }] },
      'messages: text content blocks must be non-empty',
    ],
    [
      'a call by the user',
      { role: 'user', content: [CALL] },
      'messages.0.content.0: `tool_use` blocks can only be in `assistant` messages',
    ],
    [
      'thinking without signature',
      { role: 'assistant', content: [{ type: 'thinking', thinking: 'x' }] },
      'messages.0.content.0.thinking.signature: Field required',
    ],
  ])('is refused with a turn that has %s', (_what, turn, message) => {
    expect(refusal({ messages: [turn] })).toBe(message);
  });

  it('is refused with a block of an unknown type, which it names', () => {
    expect(refusal({ messages: [{ role: 'user', content: [{ type: 'video' }] }] })).toMatch(
      /^messages\.0\.content\.0: Input tag 'video' found using 'type' does not match any of the expected tags: 'text', /,
    );
  });

  it('is taken with every kind of block a conversation has', () => {
    const thinking = { type: 'thinking', thinking: 'hm', signature: signThinking('hm', true) };
    const image = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AA==' } };
    const messages = [
      { role: 'user', content: [{ type: 'text', text: 'look' }, image] },
      { role: 'assistant', content: [thinking, { type: 'text', text: 'ok', citations: null }, CALL] },
      { role: 'user', content: [RESULT, { type: 'text', text: 'go on' }] },
    ];

    expect(refusal({ messages, tools: [TOOL] })).toBe('taken');
  });

  it('must name a version that exists', () => {
    expect(refusal({}, '2020-01-01')).toBe('anthropic-version: "2020-01-01" is not a valid version');
  });

  it('has no sampling parameters in the newer version', () => {
    expect(refusal({ temperature: 1 }, '2023-06-01')).toBe('taken');
    expect(refusal({ temperature: 1 }, '2026-10-21')).toBe('temperature: Extra inputs are not permitted');
  });

  it('has no limit when tokens are counted', () => {
    const counting = { version: '2023-06-01', operation: 'count_tokens' as never };

    expect(() => read({}, counting)).toThrow('max_tokens: Extra inputs are not permitted');
    expect(promptTokens(read({ max_tokens: undefined }, counting).sections)).toBe(2);
  });

  it('is not checked when the simulator is not strict', () => {
    expect(read({ foo: 1, max_tokens: undefined }, { strict: false })).toMatchObject({
      model: 'sim',
      lastText: 'Hello',
    });
  });
});

describe('tool results', () => {
  const assistant = { role: 'assistant', content: [CALL] };

  it('must follow their call at once', () => {
    expect(refusal({ messages: [HELLO, assistant, HELLO] })).toMatch(
      /^messages\.1: `tool_use` ids were found without `tool_result` blocks immediately after: toolu_1\./,
    );
  });

  it('must come before anything else in their turn', () => {
    const late = { role: 'user', content: [{ type: 'text', text: 'well' }, RESULT] };

    expect(refusal({ messages: [HELLO, assistant, late] })).toMatch(/`tool_use` ids were found without/);
  });

  it('must have a call', () => {
    expect(refusal({ messages: [{ role: 'user', content: [RESULT] }] })).toMatch(
      /^messages\.0: unexpected `tool_use_id` found in `tool_result` blocks: toolu_1\./,
    );
  });

  it('may be spread over neighbouring turns', () => {
    const second = { ...CALL, id: 'toolu_2' };
    const messages = [
      HELLO,
      { role: 'assistant', content: [CALL, second] },
      { role: 'user', content: [RESULT] },
      { role: 'user', content: [{ ...RESULT, tool_use_id: 'toolu_2' }] },
    ];

    expect(refusal({ messages })).toBe('taken');
  });
});

describe('thinking that comes back', () => {
  const withThinking = (thinking: string, signature: string) => ({
    messages: [HELLO, { role: 'assistant', content: [{ type: 'thinking', thinking, signature }] }, HELLO],
  });

  it('is taken unchanged', () => {
    expect(refusal(withThinking('hm', signThinking('hm', true)))).toBe('taken');
  });

  it.each([
    ['altered', withThinking('hmm', signThinking('hm', true))],
    ['signed elsewhere', withThinking('hm', 'Zm9yZWlnbg==')],
    ['signed in part', withThinking('hm', signThinking('hm', true).slice(0, -8))],
  ])('is refused when %s', (_how, fields) => {
    expect(refusal(fields)).toBe('messages.1.content.0: Invalid signature in thinking block');
  });

  it('may have any text when none was shown', () => {
    expect(refusal(withThinking('whatever', signThinking('hm', false)))).toBe('taken');
  });
});
