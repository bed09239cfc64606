import type { OfferedTool, Prompt } from '../answer/prompt.js';
import { isJsonObject, objectsIn, textOrNone, textsIn, type JsonObject } from '../json-object.js';
import { invalid } from '../refusal.js';
import type { ReadingOf } from '../wire.js';
import { checkContent } from './content-rules.js';
import { promptSections } from './prompt-sections.js';
import { checkRequestFields } from './request-fields.js';
import { checkSignatures, checkThinking } from './thinking-rules.js';
import { checkTools, checkToolTurns } from './tool-rules.js';

/** Tools whose schema the model knows by itself and that the caller runs. The others run at the API, so are not called. */
const CLIENT_TOOL = /^(bash|text_editor|memory|computer)_\d{8}$/;
const COMMAND: JsonObject = { type: 'object', properties: { command: { type: 'string' } } };

const checkRequest = (tree: JsonObject, { operation, headers }: ReadingOf): void => {
  const version = headers['anthropic-version'];
  if (typeof version !== 'string') throw invalid('anthropic-version: header is required');
  checkRequestFields(tree, operation, version);
  checkContent(Array.isArray(tree.messages) ? tree.messages : [], version);
  checkTools(Array.isArray(tree.tools) ? tree.tools : []);
  checkThinking(tree);
  const turns = objectsIn(tree.messages);
  checkToolTurns(turns);
  checkSignatures(turns);
};

const textOf = (content: unknown): string => {
  if (typeof content === 'string') return content;
  return objectsIn(content)
    .map((block) => (block.type === 'tool_result' ? textOf(block.content) : textOrNone(block.text)))
    .filter((text) => text !== '')
    .join(' ');
};

const offeredTools = (tools: unknown): OfferedTool[] =>
  objectsIn(tools).flatMap(({ name, type, input_schema: schema }) => {
    if (typeof name !== 'string') return [];
    if (isJsonObject(schema)) return [{ name, schema }];
    return typeof type === 'string' && CLIENT_TOOL.test(type) ? [{ name, schema: COMMAND }] : [];
  });

const toolChoice = (choice: JsonObject): Prompt['toolChoice'] => {
  if (choice.type === 'tool') return { name: textOrNone(choice.name) };
  return choice.type === 'any' || choice.type === 'none' ? choice.type : 'auto';
};

const thinkingOf = (thinking: JsonObject, afterTool: boolean): Prompt['thinking'] => {
  const thinks =
    thinking.type === 'enabled' || thinking.type === 'adaptive' || (thinking.type === 'between_tools' && afterTool);
  if (!thinks) return 'none';
  return thinking.display === 'omitted' ? 'hidden' : 'shown';
};

const objectAt = (value: unknown): JsonObject => (isJsonObject(value) ? value : {});

const formatOf = (tree: JsonObject): JsonObject | undefined => {
  const format = objectAt(objectAt(tree.output_config).format ?? tree.output_format);
  return isJsonObject(format.schema) ? format.schema : undefined;
};

/** Reads a Messages request. Throws `Refusal` for what the API would not take, in its words. */
export const readMessages = (tree: JsonObject, reading: ReadingOf): Prompt => {
  if (reading.strict) checkRequest(tree, reading);
  const turns = objectsIn(tree.messages);
  const last = turns.at(-1);
  const afterTool = objectsIn(last?.content).some((block) => block.type === 'tool_result');
  const choice = objectAt(tree.tool_choice);
  return {
    model: textOrNone(tree.model),
    stream: tree.stream === true,
    lastText: textOf(last?.content),
    turns: turns.length,
    afterTool,
    tools: offeredTools(tree.tools),
    toolChoice: toolChoice(choice),
    parallelTools: choice.disable_parallel_tool_use !== true,
    thinking: thinkingOf(objectAt(tree.thinking), afterTool),
    maxTokens: typeof tree.max_tokens === 'number' ? tree.max_tokens : undefined,
    stopSequences: textsIn(tree.stop_sequences),
    format: formatOf(tree),
    usageInStream: true,
    sections: promptSections(tree),
  };
};
