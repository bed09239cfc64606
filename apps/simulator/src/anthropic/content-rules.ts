import { isJsonObject, textOrNone, type JsonObject } from '../json-object.js';
import { invalid } from '../refusal.js';
import { checkFields, type Fields } from './field-shape.js';

const CACHED = { cache_control: 'object?' } as const;

/** The common blocks, closed as they are in the API, with the one role they may have if there is one. */
const BLOCKS: Readonly<Record<string, Fields & { role?: string }>> = {
  text: { required: { text: 'string' }, optional: { ...CACHED, citations: 'any' } },
  image: { required: { source: 'object' }, optional: { ...CACHED, transformations: 'object?' } },
  document: {
    required: { source: 'object' },
    optional: { ...CACHED, title: 'string?', context: 'string?', citations: 'object?' },
  },
  search_result: {
    required: { source: 'string', title: 'string', content: 'list' },
    optional: { ...CACHED, citations: 'object?' },
  },
  tool_result: {
    role: 'user',
    required: { tool_use_id: 'string' },
    optional: { ...CACHED, content: 'string|list', is_error: 'boolean', toolset_name: 'string?' },
  },
  tool_use: {
    role: 'assistant',
    required: { id: 'string', name: 'string', input: 'object' },
    optional: { ...CACHED, caller: 'object', toolset_name: 'string?' },
  },
  thinking: { role: 'assistant', required: { signature: 'string', thinking: 'string' }, optional: {} },
  redacted_thinking: { role: 'assistant', required: { data: 'string' }, optional: {} },
};

/** Blocks that are taken as they come: server tools, betas, and what they return. */
const OPEN_BLOCKS = new Set(
  (
    'server_tool_use web_search_tool_result web_fetch_tool_result code_execution_tool_result ' +
    'bash_code_execution_tool_result text_editor_code_execution_tool_result tool_search_tool_result container_upload ' +
    'mcp_tool_use mcp_tool_result mcp_tool_listing advisor_tool_result compaction fallback connector_text ' +
    'tool_reference browser_state tool_addition tool_removal'
  ).split(' '),
);

const checkBlock = (path: string, block: unknown, role: string): void => {
  if (!isJsonObject(block)) throw invalid(`${path}: Input should be a valid dictionary`);
  if (typeof block.type !== 'string') throw invalid(`${path}.type: Field required`);
  if (OPEN_BLOCKS.has(block.type)) return;
  const known = Object.hasOwn(BLOCKS, block.type) ? BLOCKS[block.type] : undefined;
  if (!known) {
    const tags = [...Object.keys(BLOCKS), ...OPEN_BLOCKS].map((tag) => `'${tag}'`).join(', ');
    throw invalid(
      `${path}: Input tag '${block.type}' found using 'type' does not match any of the expected tags: ${tags}`,
    );
  }
  const { type, ...fields } = block;
  checkFields(`${path}.${type}`, fields, known);
  if (block.type === 'text' && block.text === '') throw invalid('messages: text content blocks must be non-empty');
  if (known.role && known.role !== role) {
    throw invalid(`${path}: \`${block.type}\` blocks can only be in \`${known.role}\` messages`);
  }
};

/** What the newer version of the API no longer takes. */
const checkNewer = (path: string, block: JsonObject, role: string): void => {
  if (block.type === 'document' && role === 'assistant') {
    throw invalid(`${path}: document blocks are not permitted in assistant messages`);
  }
  if (block.type === 'text' && role === 'user' && Array.isArray(block.citations) && block.citations.length > 0) {
    throw invalid(`${path}.text.citations: Extra inputs are not permitted`);
  }
};

const ROLES = ['user', 'assistant', 'system'];

const checkTurn = (path: string, turn: unknown, version: string): void => {
  if (!isJsonObject(turn)) throw invalid(`${path}: Input should be a valid dictionary`);
  checkFields(path, turn, {
    required: { role: 'string', content: 'string|list' },
    optional: turn.role === 'system' ? { clear_at: 'string', output_config: 'object' } : {},
  });
  const role = textOrNone(turn.role);
  if (!ROLES.includes(role)) throw invalid(`${path}.role: Input should be 'user', 'assistant' or 'system'`);
  if (turn.content === '') throw invalid(`${path}: ${role} messages must have non-empty content`);
  const blocks = Array.isArray(turn.content) ? turn.content : [];
  blocks.forEach((block, index) => {
    checkBlock(`${path}.content.${index}`, block, role);
    if (version === '2026-10-21' && isJsonObject(block)) checkNewer(`${path}.content.${index}`, block, role);
  });
};

/** Every turn and every block in it, one by one. Throws `Refusal`. */
export const checkContent = (messages: readonly unknown[], version: string): void => {
  if (messages.length === 0) throw invalid('messages: at least one message is required');
  messages.forEach((turn, index) => checkTurn(`messages.${index}`, turn, version));
  if (isJsonObject(messages[0]) && messages[0].role === 'system') {
    throw invalid('messages.0: a system message must follow a user message');
  }
};
