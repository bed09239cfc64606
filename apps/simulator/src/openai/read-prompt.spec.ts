import { describe, expect, it } from '@jest/globals';
import type { Directives } from '../directives/directives.js';
import { Refusal } from '../refusal.js';
import { readCompletion } from './read-prompt.js';

type Fields = Record<string, unknown>;

const HELLO = { role: 'user', content: 'Hello' };
const CALLING = {
  role: 'assistant',
  content: null,
  tool_calls: [{ id: 'call_1', type: 'function', function: { name: 'look_up', arguments: '{}' } }],
};
const RESULT = { role: 'tool', tool_call_id: 'call_1', content: 'found' };

const read = (fields: Fields = {}, directives: Directives = {}) =>
  readCompletion(
    { model: 'sim', messages: [HELLO], ...fields },
    {
      operation: 'messages',
      headers: {},
      directives,
      strict: true,
    },
  );

const refusal = (fields: Fields, directives?: Directives): string => {
  try {
    read(fields, directives);
  } catch (error) {
    if (error instanceof Refusal && error.status === 400) return error.message;
    throw error;
  }
  return 'taken';
};

describe('a Chat Completions request', () => {
  it.each<[string, Fields, string]>([
    ['no model', { model: undefined }, "Missing required parameter: 'model'."],
    ['no messages', { messages: undefined }, "Missing required parameter: 'messages'."],
    ['empty messages', { messages: [] }, "Invalid 'messages': expected a non-empty array."],
    ['a field of another API', { stop_sequences: ['x'] }, 'Unrecognized request argument supplied: stop_sequences'],
    ['several choices', { n: 2 }, "Invalid 'n': the simulator gives one choice."],
    [
      'options of a stream that is none',
      { stream_options: {} },
      "The 'stream_options' parameter is only allowed when 'stream' is enabled.",
    ],
    ['a choice without tools', { tool_choice: 'auto' }, "'tool_choice' is only allowed when 'tools' are specified."],
    [
      'a nameless tool',
      { tools: [{ type: 'function', function: {} }] },
      "Missing required parameter: 'tools[0].function.name'.",
    ],
    ['a turn without role', { messages: [{ content: 'x' }] }, "Missing required parameter: 'messages[0].role'."],
    [
      'a result without call',
      { messages: [HELLO, RESULT] },
      "messages with role 'tool' must be a response to a preceding message with 'tool_calls'.",
    ],
    [
      'a call without result',
      { messages: [HELLO, CALLING, HELLO] },
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. The following tool_call_ids did not have response messages: call_1",
    ],
    [
      'a picture as result',
      { messages: [HELLO, CALLING, { ...RESULT, content: [{ type: 'image_url' }] }] },
      "Invalid 'messages[2].content': tool messages hold text parts only.",
    ],
  ])('is refused with %s', (_what, fields, message) => {
    expect(refusal(fields)).toBe(message);
  });

  it('is taken with a call and its result', () => {
    expect(read({ messages: [HELLO, CALLING, RESULT] })).toMatchObject({
      afterTool: true,
      lastText: 'found',
      turns: 3,
    });
  });

  it.each<[Fields, string]>([
    [{ reasoning_effort: 'high' }, 'shown'],
    [{ reasoning_effort: 'none' }, 'none'],
    [{ thinking: { type: 'enabled' } }, 'shown'],
    [{ thinking: { type: 'disabled' }, reasoning_effort: 'high' }, 'none'],
    [{ enable_thinking: true }, 'shown'],
    [{}, 'none'],
  ])('with %j thinks: %s', (fields, thinking) => {
    expect(read(fields).thinking).toBe(thinking);
  });

  it('must return the reasoning of turns with calls to a DeepSeek model', () => {
    const complaint = 'The `reasoning_content` in the thinking mode must be passed back to the API.';
    const returned = { ...CALLING, reasoning_content: '' };

    expect(refusal({ messages: [HELLO, CALLING, RESULT] }, { deepseek: true })).toBe(complaint);
    expect(refusal({ messages: [HELLO, returned, RESULT] }, { deepseek: true })).toBe('taken');
    expect(refusal({ messages: [HELLO, CALLING, RESULT] })).toBe('taken');
  });
});
