import { describe, expect, it } from '@jest/globals';
import { NO_USAGE, type WholeAnswer } from '#core';
import { readAnswer } from './read-answer.js';

const MESSAGE = {
  model: 'claude-sonnet-4-5-20250929',
  id: 'msg_01XFDUDYJgAACzvnptvVoYEL',
  type: 'message',
  role: 'assistant',
  content: [{ type: 'text', text: 'Good morning' }],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 25, cache_read_input_tokens: 3, output_tokens: 31, service_tier: 'standard' },
};

const read = (body: unknown) =>
  readAnswer(Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)), 'messages');

const answerOf = (body: unknown): WholeAnswer => {
  const answer = read(body);
  if ('kind' in answer) throw new Error(`failed: ${answer.kind}`);
  return answer;
};

const corrected = (body: unknown): unknown => JSON.parse(answerOf(body).body.toString());

describe('a whole answer from Anthropic', () => {
  it('passes as it came, and is read on the side', () => {
    const body = Buffer.from(JSON.stringify({ ...MESSAGE, unknown: [] }, null, 1).replace(': 25,', ': 2.5e1,'));
    const answer = readAnswer(body, 'messages');

    expect(answer).toEqual({
      body,
      usage: { ...NO_USAGE, input: 25, output: 31, cacheRead: 3 },
      stopReason: 'end_turn',
      model: 'claude-sonnet-4-5-20250929',
    });
    expect('body' in answer && answer.body).toBe(body);
  });

  it('may count tokens, which is no usage', () => {
    const body = Buffer.from('{"input_tokens":2095,"context_management":null}');

    expect(readAnswer(body, 'count_tokens')).toEqual({ body, usage: NO_USAGE, stopReason: null, model: null });
    expect(readAnswer(Buffer.from('{"input_tokens":"many"}'), 'count_tokens')).toMatchObject({ kind: 'bad-answer' });
    expect(readAnswer(Buffer.from(JSON.stringify(MESSAGE)), 'count_tokens')).toMatchObject({ kind: 'bad-answer' });
  });

  it('may be an error in spite of its status', () => {
    const error = { type: 'overloaded_error', message: 'Overloaded', details: { a: 1 } };

    expect(read({ type: 'error', error })).toEqual({ kind: 'error-event', status: 529, error });
    expect(read({ type: 'error', error: { type: 'new_error', message: 'x' } })).toMatchObject({ status: undefined });
    expect(read({ type: 'error' })).toMatchObject({ kind: 'bad-answer' });
  });

  it.each([
    '',
    ' ',
    '{',
    '{"type":"message","content":[{"type":"text","text":"Good mor',
    JSON.stringify(MESSAGE).slice(0, -1),
  ])('is cut when it is %j', (body) => {
    expect(read(body)).toMatchObject({ kind: 'cut', error: { type: 'api_error' } });
  });

  it.each([
    '<html><body>502 Bad Gateway</body></html>',
    'event: message_start\ndata: {}\n\n',
    '[]',
    '{}',
    '{"type":"message"}',
    '{"type":"completion","content":[]}',
    '{"choices":[{"message":{"content":"Hi"}}]}',
    `${JSON.stringify(MESSAGE)}${JSON.stringify(MESSAGE)}`,
    `{"type":"message","content":${'['.repeat(2000)}${']'.repeat(2000)}}`,
  ])('is bad when it is %j', (body) => {
    const answer = read(body);

    expect(answer).toMatchObject({ kind: 'bad-answer', error: { type: 'api_error' } });
    expect(JSON.stringify('error' in answer && answer.error)).not.toContain('html');
  });
});

describe('a whole answer from a compatible service', () => {
  it('gets the stop_sequence that it lacks', () => {
    const { stop_sequence: _, ...lacking } = MESSAGE;

    expect(corrected(lacking)).toEqual(MESSAGE);
  });

  it('calls a refusal one', () => {
    const answer = answerOf({ ...MESSAGE, stop_reason: 'content_filter' });

    expect(JSON.parse(answer.body.toString())).toEqual({ ...MESSAGE, stop_reason: 'refusal' });
    expect(answer.stopReason).toBe('refusal');
  });

  it('loses cache_control in its blocks, and nothing else', () => {
    const tool = '{"type":"tool_use","id":"t","name":"n","input":{"cache_control":{},"2":1.0,"1":12345678901234567890}';
    const text = '{"cache_control":{},"type":"text","text":"\\ud800 cache_control \\"cache_control\\""}';
    const whole = (content: string) => JSON.stringify(MESSAGE).replace(/"content":\[.*?\]/, `"content":[${content}]`);

    expect(answerOf(whole(`${tool},"cache_control": {} }, ${text}`)).body.toString()).toBe(
      whole(`${tool} }, ${text.replace('"cache_control":{},', '')}`),
    );
  });

  it('gets its counters under their official names', () => {
    const usage = {
      input_tokens: 5,
      output_tokens: 9,
      cache_read_tokens: 3,
      cache_read_input_tokens: null,
      claude_cache_creation_5_m_tokens: 4,
      claude_cache_creation_1_h_tokens: 2,
      reasoning_tokens: 7,
    };
    const answer = answerOf({ ...MESSAGE, usage });

    expect(JSON.parse(answer.body.toString())).toMatchObject({
      usage: {
        ...usage,
        cache_read_input_tokens: 3,
        cache_creation_input_tokens: 6,
        cache_creation: { ephemeral_5m_input_tokens: 4, ephemeral_1h_input_tokens: 2 },
        output_tokens_details: { thinking_tokens: 7 },
      },
    });
    expect(answer.usage).toEqual({ input: 5, output: 9, cacheRead: 3, cacheWrite5m: 4, cacheWrite1h: 2, thinking: 7 });
  });

  it('keeps official counters where it has both', () => {
    const usage = { input_tokens: 5, cache_write_tokens: 1, cache_creation_input_tokens: 0, output_tokens: 9 };
    const body = Buffer.from(JSON.stringify({ ...MESSAGE, usage }));

    expect(answerOf(body.toString()).body.equals(body)).toBe(true);
  });
});
