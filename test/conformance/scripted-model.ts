import type { Lane } from './lane.js';
import { httpAnswer, type Playback, type PlayedRequest } from './playback-upstream.js';

/** What a scripted model says: a text, and after it a call of a tool if there is one. */
export interface Line {
  text: string;
  call?: { name: string; input: object };
}

type Members = Record<string, unknown>;

const event = (data: Members & { type: string }): string => `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

const block = (index: number, start: Members, delta: Members): string[] => [
  event({ type: 'content_block_start', index, content_block: start }),
  event({ type: 'content_block_delta', index, delta }),
  event({ type: 'content_block_stop', index }),
];

const asMessages = ({ text, call }: Line, model: string): string =>
  [
    event({
      type: 'message_start',
      message: {
        id: 'msg_scripted',
        type: 'message',
        role: 'assistant',
        model,
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 100, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
      },
    }),
    ...block(0, { type: 'text', text: '' }, { type: 'text_delta', text }),
    ...(call
      ? block(
          1,
          { type: 'tool_use', id: 'toolu_scripted', name: call.name, input: {} },
          { type: 'input_json_delta', partial_json: JSON.stringify(call.input) },
        )
      : []),
    event({
      type: 'message_delta',
      delta: { stop_reason: call ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: { output_tokens: 20 },
    }),
    event({ type: 'message_stop' }),
  ].join('');

const asChunks = ({ text, call }: Line, model: string): string => {
  const chunk = (members: Members): string =>
    `data: ${JSON.stringify({ id: 'chatcmpl-scripted', object: 'chat.completion.chunk', created: 0, model, ...members })}\n\n`;
  const choice = (delta: Members, finish_reason: string | null = null): string =>
    chunk({ choices: [{ index: 0, delta, finish_reason }] });
  const calling = call && {
    tool_calls: [
      {
        index: 0,
        id: 'call_scripted',
        type: 'function',
        function: { name: call.name, arguments: JSON.stringify(call.input) },
      },
    ],
  };
  return [
    choice({ role: 'assistant', content: text }),
    ...(calling ? [choice(calling)] : []),
    choice({}, call ? 'tool_calls' : 'stop'),
    chunk({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 20, total_tokens: 120 } }),
    'data: [DONE]\n\n',
  ].join('');
};

/** A line as the lane's upstream streams it. */
export const say = (lane: Lane, line: Line, { model }: PlayedRequest): Playback => ({
  bytes: httpAnswer((lane === 'pass-through' ? asMessages : asChunks)(line, model), 'text/event-stream', 'chunked'),
  ending: 'close',
});
