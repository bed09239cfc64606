import type { JsonObject } from '../json-object.js';
import type { Answer } from '../answer/answer.js';
import type { Directives } from '../directives/directives.js';
import { signThinking } from './thinking-signature.js';

const STOP_REASON: Readonly<Record<Answer['stop'], string>> = {
  finished: 'end_turn',
  length: 'max_tokens',
  sequence: 'stop_sequence',
  tools: 'tool_use',
};

/** How it ended. A refusal says why in `stop_details`, as the API does. */
export const ending = (answer: Answer) => {
  const stop_reason = answer.stopAs ?? STOP_REASON[answer.stop];
  return {
    stop_reason,
    stop_sequence: answer.stopSequence,
    stop_details:
      stop_reason === 'refusal' ? { type: 'refusal', category: null, explanation: 'Asked for by a directive.' } : null,
  };
};

/** The counters that are known before the answer begins. */
export const promptCounters = ({ usage }: Answer) => ({
  input_tokens: usage.input,
  cache_creation_input_tokens: usage.write5m + usage.write1h,
  cache_read_input_tokens: usage.read,
});

/** All of `usage`, with `output` tokens so far. */
export const usageOf = (answer: Answer, output: number) => ({
  ...promptCounters(answer),
  cache_creation: {
    ephemeral_5m_input_tokens: answer.usage.write5m,
    ephemeral_1h_input_tokens: answer.usage.write1h,
  },
  output_tokens: output,
  output_tokens_details: thinkingTokens(answer),
  server_tool_use: null,
  service_tier: 'standard',
  inference_geo: 'global',
  speed: 'standard',
});

/** Null for an answer without thinking. */
export const thinkingTokens = ({ usage }: Answer) => (usage.thinking > 0 ? { thinking_tokens: usage.thinking } : null);

/** The thinking block as the caller may see it: its text may be left out, its signature never. */
export const thinkingBlock = (answer: Answer) => {
  const thought = answer.thinking.join('');
  return {
    type: 'thinking',
    thinking: answer.thinkingShown ? thought : '',
    signature: signThinking(thought, answer.thinkingShown),
  };
};

const blocksOf = (answer: Answer): JsonObject[] => [
  ...(answer.thinking.length > 0 ? [thinkingBlock(answer)] : []),
  ...(answer.text ? [{ type: 'text', text: [...answer.text].join(''), citations: null }] : []),
  ...answer.tools.map(({ id, name, input }) => ({
    type: 'tool_use',
    id: `toolu_${id}`,
    name,
    input: JSON.parse(input) as JsonObject,
    caller: { type: 'direct' },
  })),
];

/** https://platform.claude.com/docs/en/api/messages/create */
export const messageOf = (answer: Answer, directives: Directives) => ({
  id: answer.id,
  type: 'message',
  role: 'assistant',
  model: answer.model,
  content: blocksOf(answer),
  ...ending(answer),
  container: null,
  diagnostics: null,
  ...(!directives['no-usage'] && { usage: usageOf(answer, answer.usage.output) }),
});
