import { type OfferedTool, type Prompt, type PromptSection, tokensOf } from '../answer/prompt.js';
import { isJsonObject, objectsIn, textOrNone, textsIn, type JsonObject } from '../json-object.js';
import type { ReadingOf } from '../wire.js';
import { checkReasoningReturned, checkRequest } from './request-rules.js';

/** Prompts from here on are cached without being asked. https://platform.openai.com/docs/guides/prompt-caching */
const CACHED_FROM = 1024;

const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  return objectsIn(content)
    .map((part) => textOrNone(part.text))
    .filter((text) => text !== '')
    .join(' ');
};

const offeredTools = (tools: unknown): OfferedTool[] =>
  objectsIn(tools).flatMap(({ function: definition }) =>
    isJsonObject(definition) && typeof definition.name === 'string'
      ? [{ name: definition.name, schema: isJsonObject(definition.parameters) ? definition.parameters : {} }]
      : [],
  );

const toolChoice = (choice: unknown): Prompt['toolChoice'] => {
  if (isJsonObject(choice) && isJsonObject(choice.function)) return { name: textOrNone(choice.function.name) };
  if (choice === 'required') return 'any';
  return choice === 'none' ? 'none' : 'auto';
};

const thinks = ({ reasoning_effort: effort, thinking, enable_thinking: enabled }: JsonObject): boolean => {
  if (isJsonObject(thinking)) return thinking.type !== 'disabled';
  return enabled === true || (typeof effort === 'string' && effort !== 'none');
};

const formatOf = (format: unknown): JsonObject | undefined => {
  if (!isJsonObject(format) || format.type === 'text') return undefined;
  const wanted = isJsonObject(format.json_schema) ? format.json_schema.schema : undefined;
  return isJsonObject(wanted) ? wanted : { type: 'object', properties: { answer: { type: 'string' } } };
};

const sectionsOf = (tree: JsonObject): PromptSection[] => {
  const parts = [...objectsIn(tree.tools), ...objectsIn(tree.messages)];
  const sections: PromptSection[] = parts.map((part) => {
    const text = typeof part.content === 'string' ? part.content : JSON.stringify(part.content ?? part);
    return { text, tokens: tokensOf(text) };
  });
  const last = sections.at(-1);
  const tokens = sections.reduce((sum, section) => sum + section.tokens, 0);
  if (last && tokens >= CACHED_FROM) last.cache = '5m';
  return sections;
};

/** The caller's limit, whichever of its two names it has. */
const limitOf = ({ max_completion_tokens: limit, max_tokens: older }: JsonObject): number | undefined => {
  const given = limit ?? older;
  return typeof given === 'number' ? given : undefined;
};

/** Reads a Chat Completions request. Throws `Refusal` for what the API would not take, in its words. */
export const readCompletion = (tree: JsonObject, { strict, directives }: ReadingOf): Prompt => {
  if (strict) checkRequest(tree);
  const turns = objectsIn(tree.messages);
  if (directives.deepseek) checkReasoningReturned(turns);
  const last = turns.at(-1);
  return {
    model: textOrNone(tree.model),
    stream: tree.stream === true,
    lastText: textOf(last?.content),
    turns: turns.length,
    afterTool: last?.role === 'tool',
    tools: offeredTools(tree.tools),
    toolChoice: toolChoice(tree.tool_choice),
    parallelTools: tree.parallel_tool_calls !== false,
    thinking: thinks(tree) ? 'shown' : 'none',
    maxTokens: limitOf(tree),
    stopSequences: textsIn([tree.stop].flat()),
    format: formatOf(tree.response_format),
    usageInStream: isJsonObject(tree.stream_options) && tree.stream_options.include_usage === true,
    sections: sectionsOf(tree),
  };
};
