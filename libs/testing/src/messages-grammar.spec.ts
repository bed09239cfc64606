import { describe, expect, it } from '@jest/globals';
import { readMessagesStream } from './messages-grammar.js';

const sse = (...events: { type: string; [field: string]: unknown }[]): string =>
  events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');

const START = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { input_tokens: 0, output_tokens: 0 },
  },
};
const open = (index: number, content_block: object) => ({ type: 'content_block_start', index, content_block });
const delta = (index: number, inner: object) => ({ type: 'content_block_delta', index, delta: inner });
const close = (index: number) => ({ type: 'content_block_stop', index });
const end = (stop_reason = 'end_turn') => ({
  type: 'message_delta',
  delta: { stop_reason, stop_sequence: null },
  usage: { input_tokens: 5, output_tokens: 2 },
});
const STOP = { type: 'message_stop' };
const PING = { type: 'ping' };
const TEXT = { type: 'text', text: '' };
const hello = (index = 0) => [open(index, TEXT), delta(index, { type: 'text_delta', text: 'Hello' }), close(index)];
const tool = (json: string) => [
  open(0, { type: 'tool_use', id: 'toolu_1', name: 'read', input: {} }),
  delta(0, { type: 'input_json_delta', partial_json: json }),
  close(0),
];
const thinking = (...deltas: object[]) => [
  open(0, { type: 'thinking', thinking: '', signature: '' }),
  ...deltas.map((inner) => delta(0, inner)),
  close(0),
];
const SIGNED = { type: 'signature_delta', signature: 's' };

describe('the grammar of a Messages stream', () => {
  it('takes a whole answer and puts its message together', () => {
    const { ending, message } = readMessagesStream(sse(PING, START, ...hello(), PING, ...hello(1), end(), STOP));

    expect(ending).toBe('whole');
    expect(message).toMatchObject({
      content: [{ text: 'Hello' }, { text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 5, output_tokens: 2 },
    });
  });

  it('takes thinking, tool calls and an answer without blocks', () => {
    const thought = readMessagesStream(
      sse(START, ...thinking({ type: 'thinking_delta', thinking: 'Hm' }, SIGNED), end(), STOP),
    );
    const called = readMessagesStream(sse(START, ...tool('{"path":"a"}'), end('tool_use'), STOP));

    expect(thought.message?.content).toEqual([{ type: 'thinking', thinking: 'Hm', signature: 's' }]);
    expect(called.message?.content).toEqual([{ type: 'tool_use', id: 'toolu_1', name: 'read', input: { path: 'a' } }]);
    expect(readMessagesStream(sse(START, end('refusal'), STOP)).ending).toBe('whole');
  });

  it('tells an error and a cut from the end of an answer', () => {
    const error = { type: 'error', error: { type: 'api_error', message: 'broken' } };

    expect(readMessagesStream(sse(START, ...hello(), error)).ending).toBe('error');
    expect(readMessagesStream(sse(START, ...hello())).ending).toBe('cut');
    expect(readMessagesStream('')).toEqual({ events: [], ending: 'cut', message: undefined });
  });

  it.each([
    ['events in another form', 'data: {"type":"ping"}\n\n'],
    ['a data type that is not the event name', 'event: ping\ndata: {"type":"pong"}\n\n'],
    ['half an event', 'event: ping\n'],
    ['unknown events', sse({ type: 'done' })],
    ['two starts', sse(START, START)],
    ['a block before the start', sse(open(0, TEXT))],
    ['two open blocks', sse(START, open(0, TEXT), open(1, TEXT))],
    ['a gap in the indexes', sse(START, ...hello(1))],
    ['a delta of a closed block', sse(START, ...hello(), delta(0, { type: 'text_delta', text: '!' }))],
    ['a delta that does not fit the block', sse(START, open(0, TEXT), delta(0, SIGNED))],
    ['an end of no block', sse(START, close(0))],
    ['a blank text block', sse(START, open(0, TEXT), close(0))],
    ['thinking without signature', sse(START, ...thinking({ type: 'thinking_delta', thinking: 'Hm' }))],
    ['thinking after its signature', sse(START, ...thinking(SIGNED, SIGNED))],
    ['an end with a block open', sse(START, open(0, TEXT), end())],
    ['an end that is not announced', sse(START, ...hello(), STOP)],
    ['a block after the end', sse(START, end(), ...hello())],
    ['anything after message_stop', sse(START, end(), STOP, STOP)],
    ['anything after an error', sse({ type: 'error', error: { type: 'api_error', message: 'x' } }, START)],
    ['a tool call that is no JSON', sse(START, ...tool('{"path":'), end('tool_use'))],
    [
      'two calls with one id',
      sse(START, ...tool('{}'), open(1, { type: 'tool_use', id: 'toolu_1', name: 'a', input: {} })),
    ],
    ['an id of other characters', sse(START, open(0, { type: 'tool_use', id: 'a:1', name: 'a', input: {} }))],
    ['a start without usage', sse({ ...START, message: { ...START.message, usage: undefined } })],
    ['an end without output_tokens', sse(START, { ...end(), usage: {} })],
  ])('refuses %s', (_, stream) => {
    expect(() => readMessagesStream(stream)).toThrow('not in the grammar');
  });

  it('excuses a fragment of a call when the length limit is to blame', () => {
    const { message } = readMessagesStream(sse(START, ...tool('{"path":'), end('max_tokens'), STOP));

    expect(message?.content).toMatchObject([{ input: {} }]);
  });
});
