import { isJsonObject, type JsonObject } from '../json-object.js';
import { invalid } from '../refusal.js';
import { checkFields, type Fields } from './field-shape.js';

/** Taken by both operations. Fields that need a beta header are taken without it. */
const SHARED: Fields['optional'] = {
  system: 'string|list',
  tools: 'list',
  tool_choice: 'object',
  thinking: 'object',
  output_config: 'object',
  output_format: 'object?',
  cache_control: 'object?',
  speed: 'string?',
  context_management: 'object?',
  compaction: 'object?',
  mcp_servers: 'list',
  billing_policy: 'object?',
};

const SAMPLING = { temperature: 'number', top_p: 'number', top_k: 'integer' } as const;

/** https://platform.claude.com/docs/en/api/messages/create */
const MESSAGES: Fields = {
  required: { model: 'string', max_tokens: 'integer', messages: 'list' },
  optional: {
    ...SHARED,
    ...SAMPLING,
    stream: 'boolean',
    stop_sequences: 'list',
    metadata: 'object',
    service_tier: 'string',
    inference_geo: 'string?',
    container: 'any',
    diagnostics: 'object?',
    fallbacks: 'any',
    fallback_credit_token: 'any',
    thread: 'object?',
    tags: 'any',
    safeguards: 'any',
  },
};

/** https://platform.claude.com/docs/en/api/messages/count_tokens */
const COUNT_TOKENS: Fields = { required: { model: 'string', messages: 'list' }, optional: SHARED };

/** The newer version of the API has no sampling parameters. */
const withoutSampling = ({ required, optional }: Fields): Fields => ({
  required,
  optional: Object.fromEntries(Object.entries(optional).filter(([name]) => !(name in SAMPLING))),
});

const FIELDS: Readonly<Record<string, Readonly<Record<string, Fields>>>> = {
  '2023-06-01': { messages: MESSAGES, count_tokens: COUNT_TOKENS },
  '2026-10-21': { messages: withoutSampling(MESSAGES), count_tokens: COUNT_TOKENS },
};

const inRange = (tree: JsonObject, name: string, [least, most]: readonly [number, number]): void => {
  const value = tree[name];
  if (typeof value !== 'number') return;
  if (value < least) throw invalid(`${name}: Input should be greater than or equal to ${least}`);
  if (value > most) throw invalid(`${name}: Input should be less than or equal to ${most}`);
};

const checkToolChoice = (tree: JsonObject): void => {
  const choice = tree.tool_choice;
  if (!isJsonObject(choice)) return;
  if (typeof choice.type !== 'string' || !['auto', 'any', 'tool', 'none'].includes(choice.type)) {
    throw invalid("tool_choice: Input tag should be one of: 'any', 'auto', 'none', 'tool'");
  }
  const path = `tool_choice.${choice.type}`;
  const named = { name: 'string' } as const;
  checkFields(path, choice, {
    required: { type: 'string', ...(choice.type === 'tool' && named) },
    optional: choice.type === 'none' ? {} : { disable_parallel_tool_use: 'boolean' },
  });
  if (tree.tools === undefined) throw invalid('tool_choice: tool_choice may only be specified while providing tools');
};

/** Zero tokens only fill the cache: nothing may be asked that needs an answer. */
const checkPrewarm = (tree: JsonObject): void => {
  if (tree.max_tokens !== 0) return;
  if (tree.stream === true) throw invalid('max_tokens: 0 is not supported with stream');
  if (isJsonObject(tree.thinking) && tree.thinking.type === 'enabled') {
    throw invalid('max_tokens: 0 is not supported with thinking');
  }
};

/** The request's own fields: which there are, which must be, what they hold. Throws `Refusal`. */
export const checkRequestFields = (tree: JsonObject, operation: 'messages' | 'count_tokens', version: string): void => {
  const fields = FIELDS[version]?.[operation];
  if (!fields) throw invalid(`anthropic-version: "${version}" is not a valid version`);
  checkFields('', tree, fields);
  inRange(tree, 'max_tokens', [0, Infinity]);
  inRange(tree, 'temperature', [0, 1]);
  inRange(tree, 'top_p', [0, 1]);
  inRange(tree, 'top_k', [0, Infinity]);
  if (isJsonObject(tree.metadata)) {
    checkFields('metadata', tree.metadata, { required: {}, optional: { user_id: 'string?' } });
  }
  for (const sequence of Array.isArray(tree.stop_sequences) ? tree.stop_sequences : []) {
    if (typeof sequence !== 'string' || sequence.trim() === '') {
      throw invalid('stop_sequences: each stop sequence must contain non-whitespace');
    }
  }
  checkToolChoice(tree);
  checkPrewarm(tree);
};
