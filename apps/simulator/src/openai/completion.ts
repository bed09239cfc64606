import type { Answer } from '../answer/answer.js';
import type { Directives } from '../directives/directives.js';

const FINISH_REASON: Readonly<Record<Answer['stop'], string>> = {
  finished: 'stop',
  length: 'length',
  sequence: 'stop',
  tools: 'tool_calls',
};

export const finishReason = (answer: Answer): string => answer.stopAs ?? FINISH_REASON[answer.stop];

/** A fixed moment, so that equal requests get equal answers. Unix seconds. */
const CREATED = 1_767_225_600;

/** The members that a whole answer and every chunk of a streamed one begin with. */
export const completionHead = (answer: Answer, object: 'chat.completion' | 'chat.completion.chunk') => ({
  id: answer.id,
  object,
  created: CREATED,
  model: answer.model,
  service_tier: 'default',
  system_fingerprint: 'fp_simulator',
});

/** The prompt includes what was cached, the completion includes what was thought. */
export const completionUsage = ({ usage }: Answer, directives: Directives) => {
  const prompt = usage.input + usage.read + usage.write5m + usage.write1h;
  return {
    prompt_tokens: prompt,
    completion_tokens: usage.output,
    total_tokens: prompt + usage.output,
    prompt_tokens_details: { cached_tokens: usage.read, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: usage.thinking,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
    ...(directives.deepseek && {
      prompt_cache_hit_tokens: usage.read,
      prompt_cache_miss_tokens: prompt - usage.read,
    }),
  };
};

/** https://platform.openai.com/docs/api-reference/chat/object */
export const completionOf = (answer: Answer, directives: Directives) => ({
  ...completionHead(answer, 'chat.completion'),
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: answer.text ? [...answer.text].join('') : null,
        refusal: null,
        ...(answer.thinking.length > 0 && { reasoning_content: answer.thinking.join('') }),
        ...(answer.tools.length > 0 && {
          tool_calls: answer.tools.map(({ id, name, input }) => ({
            id: `call_${id}`,
            type: 'function',
            function: { name, arguments: input },
          })),
        }),
      },
      logprobs: null,
      finish_reason: finishReason(answer),
    },
  ],
  ...(!directives['no-usage'] && { usage: completionUsage(answer, directives) }),
});
