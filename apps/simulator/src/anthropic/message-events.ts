import type { Answer, ToolCall } from '../answer/answer.js';
import type { Directives } from '../directives/directives.js';
import { encodeEvent } from './event.js';
import { ending, promptCounters, thinkingBlock, thinkingTokens, usageOf } from './message.js';

/** Characters of tool input in one fragment. */
const FRAGMENT = 16;

const PING = encodeEvent({ type: 'ping' });

type Delta = { type: string; [field: string]: unknown };

function* block(index: number, start: Delta, deltas: Iterable<Delta>): Generator<string> {
  yield encodeEvent({ type: 'content_block_start', index, content_block: start });
  // The API pings once its first block is open.
  if (index === 0) yield PING;
  for (const delta of deltas) yield encodeEvent({ type: 'content_block_delta', index, delta });
  yield encodeEvent({ type: 'content_block_stop', index });
}

function* thinkingDeltas(answer: Answer): Generator<Delta> {
  if (answer.thinkingShown) {
    for (const thinking of answer.thinking) yield { type: 'thinking_delta', thinking };
  }
  yield { type: 'signature_delta', signature: thinkingBlock(answer).signature };
}

function* textDeltas(pieces: Iterable<string>): Generator<Delta> {
  for (const text of pieces) yield { type: 'text_delta', text };
}

function* inputDeltas({ input }: ToolCall): Generator<Delta> {
  yield { type: 'input_json_delta', partial_json: '' };
  for (let at = 0; at < input.length; at += FRAGMENT) {
    yield { type: 'input_json_delta', partial_json: input.slice(at, at + FRAGMENT) };
  }
}

function* blocks(answer: Answer): Generator<string> {
  let index = 0;
  if (answer.thinking.length > 0) {
    yield* block(index++, { type: 'thinking', thinking: '', signature: '' }, thinkingDeltas(answer));
  }
  if (answer.text) yield* block(index++, { type: 'text', text: '', citations: null }, textDeltas(answer.text));
  for (const call of answer.tools) {
    const start = { type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: {}, caller: { type: 'direct' } };
    yield* block(index++, start, inputDeltas(call));
  }
}

const start = (answer: Answer, told: boolean) => ({
  type: 'message_start',
  message: {
    id: answer.id,
    type: 'message',
    role: 'assistant',
    model: answer.model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    stop_details: null,
    container: null,
    diagnostics: null,
    ...(told && { usage: { ...usageOf(answer, 1), output_tokens_details: null } }),
  },
});

const end = (answer: Answer, told: boolean) => ({
  type: 'message_delta',
  delta: { ...ending(answer), container: null },
  ...(told && {
    usage: {
      ...promptCounters(answer),
      output_tokens: answer.usage.output,
      output_tokens_details: thinkingTokens(answer),
      server_tool_use: null,
    },
  }),
});

/** https://platform.claude.com/docs/en/build-with-claude/streaming */
export function* messageEvents(answer: Answer, directives: Directives): Generator<string> {
  const told = !directives['no-usage'];
  yield encodeEvent(start(answer, told));
  yield* blocks(answer);
  yield encodeEvent(end(answer, told));
  yield encodeEvent({ type: 'message_stop' });
}
