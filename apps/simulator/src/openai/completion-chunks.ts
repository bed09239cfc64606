import type { Answer, ToolCall } from '../answer/answer.js';
import type { Prompt } from '../answer/prompt.js';
import type { Directives } from '../directives/directives.js';
import { completionHead, completionUsage, finishReason } from './completion.js';

/** Characters of arguments in one fragment. */
const FRAGMENT = 16;

type Delta = Record<string, unknown>;

/** The first fragment names the call, the later ones only its index. */
function* callDeltas({ id, name, input }: ToolCall, index: number): Generator<Delta> {
  yield { tool_calls: [{ index, id: `call_${id}`, type: 'function', function: { name, arguments: '' } }] };
  for (let at = 0; at < input.length; at += FRAGMENT) {
    yield { tool_calls: [{ index, function: { arguments: input.slice(at, at + FRAGMENT) } }] };
  }
}

/** One of each in turn, until all are spent. */
function* alternate<T>(sources: readonly Iterator<T>[]): Generator<T> {
  for (let open = [...sources]; open.length > 0; ) {
    const steps = open.map((source) => ({ source, step: source.next() }));
    for (const { step } of steps) if (!step.done) yield step.value;
    open = steps.filter(({ step }) => !step.done).map(({ source }) => source);
  }
}

function* deltas(answer: Answer, interleaved: boolean): Generator<Delta> {
  yield { role: 'assistant', content: answer.text ? '' : null, refusal: null };
  for (const reasoning_content of answer.thinking) yield { reasoning_content };
  for (const content of answer.text ?? []) yield { content };
  const calls = answer.tools.map((call, index) => callDeltas(call, index));
  if (interleaved) yield* alternate(calls);
  else for (const call of calls) yield* call;
}

/** https://platform.openai.com/docs/api-reference/chat-streaming */
export function* completionChunks(answer: Answer, prompt: Prompt, directives: Directives): Generator<string> {
  const usageTold = prompt.usageInStream && !directives['no-usage'];
  const chunk = (members: Delta): string => {
    const head = completionHead(answer, 'chat.completion.chunk');
    return `data: ${JSON.stringify({ ...head, ...members, ...(usageTold && { usage: members.usage ?? null }) })}\n\n`;
  };
  const choice = (delta: Delta, finish_reason: string | null): string =>
    chunk({ choices: [{ index: 0, delta, logprobs: null, finish_reason }] });

  for (const delta of deltas(answer, directives.interleave === true)) yield choice(delta, null);
  yield choice({}, finishReason(answer));
  if (usageTold) yield chunk({ choices: [], usage: completionUsage(answer, directives) });
  yield 'data: [DONE]\n\n';
}
