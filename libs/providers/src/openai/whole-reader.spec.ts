import { describe, expect, it } from '@jest/globals';
import { aDeployment, anOutboundRequest } from '#testing';
import { createOpenAiAdapter } from './openai.adapter.js';

const adapter = createOpenAiAdapter({ signingKey: Buffer.from('key'), randomByte: () => 1 });

const read = (body: unknown) => {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const request = anOutboundRequest({ model: 'claude-sonnet-4-5', max_tokens: 9, messages: [] });
  const answer = adapter.readWhole(bytes, request, aDeployment('deepseek'));
  return 'kind' in answer
    ? { failure: answer }
    : { answer, message: JSON.parse(answer.body.toString()) as Record<string, unknown> };
};

const completion = (message: object, finish_reason: unknown = 'stop', fields: object = {}) => ({
  id: 'chatcmpl-1',
  model: 'deepseek-v4-pro',
  choices: [{ index: 0, message: { role: 'assistant', ...message }, finish_reason }],
  usage: { prompt_tokens: 10, completion_tokens: 5, prompt_tokens_details: { cached_tokens: 4 } },
  ...fields,
});

const call = (name: string, json: unknown, id = `call_${name}`) => ({
  id,
  type: 'function',
  function: { name, arguments: json },
});

describe('a whole chat completion', () => {
  it('becomes a message under the name that the caller asked for', () => {
    const { message, answer } = read(
      completion(
        { content: 'Sunny', reasoning_content: 'Look', tool_calls: [call('a', '{"x":1}'), call('b', '')] },
        'tool_calls',
      ),
    );

    expect(message).toEqual({
      id: expect.stringMatching(/^msg_01/),
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [
        { type: 'thinking', thinking: 'Look', signature: expect.stringMatching(/^~swy1\./) },
        { type: 'text', text: 'Sunny' },
        { type: 'tool_use', id: 'call_a', name: 'a', input: { x: 1 } },
        { type: 'tool_use', id: 'call_b', name: 'b', input: {} },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: { input_tokens: 6, cache_creation_input_tokens: 0, cache_read_input_tokens: 4, output_tokens: 5 },
    });
    expect(answer).toMatchObject({
      stopReason: 'tool_use',
      model: 'deepseek-v4-pro',
      usage: { input: 6, output: 5, cacheRead: 4 },
    });
  });

  it.each([
    [{ content: 'Hi' }, 'stop', 'end_turn'],
    [{ content: null }, 'stop', 'end_turn'],
    [{ content: 'Hi' }, 'length', 'max_tokens'],
    [{ content: 'Hi' }, 'content_filter', 'refusal'],
    [{ content: null, refusal: 'No' }, 'stop', 'refusal'],
    [{ tool_calls: [call('a', '{}')] }, 'tool_calls', 'tool_use'],
    [{ tool_calls: [call('a', '{}')] }, 'stop', 'tool_use'],
    [{ tool_calls: [call('a', { x: 1 })] }, 'function_call', 'tool_use'],
    [{ tool_calls: [call('a', '{"x":')] }, 'length', 'max_tokens'],
    [{ function_call: { name: 'a', arguments: '{}' } }, 'function_call', 'tool_use'],
    [{ content: 'Hi' }, 'eos_token', 'end_turn'],
  ])('%j that ended with %s has stopped for %s', (message, reason, expected) => {
    expect(read(completion(message, reason)).message?.stop_reason).toBe(expected);
  });

  it('has the words of a refusal in its details', () => {
    expect(read(completion({ content: null, refusal: 'I cannot' })).message).toMatchObject({
      content: [],
      stop_details: { type: 'refusal', category: null, explanation: 'I cannot' },
    });
  });

  it('keeps calls apart that have neither index nor id', () => {
    const { message } = read(completion({ tool_calls: [call('a', '', ''), call('a', '', '')] }, 'tool_calls'));

    expect(message?.content).toMatchObject([{ name: 'a' }, { name: 'a' }]);
  });

  it.each([
    ['HTML', '<html>', 'bad-answer'],
    ['nothing', '', 'bad-answer'],
    ['a list', '[]', 'bad-answer'],
    ['no choices', { id: 'x' }, 'bad-answer'],
    ['empty choices', completion({}, 'stop', { choices: [] }), 'cut'],
    ['an error', { error: { message: 'no', code: 'insufficient_quota' } }, 'error-event'],
    ['no finish_reason', completion({ content: 'Hi' }, null), 'cut'],
    ['no capacity', completion({ content: 'Hi' }, 'insufficient_system_resource'), 'error-event'],
    ['a reason that nobody knows', completion({ content: 'Hi' }, 'weather'), 'bad-answer'],
    ['calls that are not there', completion({ content: 'Hi' }, 'tool_calls'), 'bad-answer'],
    ['a call that is no JSON', completion({ tool_calls: [call('a', '{"x":')] }, 'tool_calls'), 'bad-answer'],
  ])('is a failure with %s', (_, body, kind) => {
    expect(read(body).failure?.kind).toBe(kind);
  });
});
