import { BLOCK_BREAK, joinParts, readContent, readPart } from './encode-parts.js';
import { ignoreHints, type Encoding } from './encoding.js';
import type { ChatMessage, ChatPart } from './openai.wire.js';
import type { RequestField } from './request-field.js';
import { upstreamToolId } from './tool-id.js';

interface ToolResult {
  message: ChatMessage;
  /** What a tool message cannot hold, to be shown in the user message behind it. */
  attachments: ChatPart[];
}

/**
 * A user turn: its tool results first, as this wire wants them right behind the calls, then one user message with the
 * rest, which begins with the images and files of the results.
 */
export const encodeUserTurn = (blocks: readonly RequestField[], encoding: Encoding): ChatMessage[] => {
  const isResult = (block: RequestField): boolean => block.get('type').value === 'tool_result';
  const results = blocks.filter(isResult).map((block) => encodeToolResult(block.labelled('tool_result'), encoding));
  const said = blocks.filter((block) => !isResult(block)).flatMap((block) => readPart(block, encoding));
  const parts = [...results.flatMap(({ attachments }) => attachments), ...said];
  const messages = results.map(({ message }) => message);
  return parts.length === 0 ? messages : [...messages, { role: 'user', content: joinParts(parts) }];
};

const encodeToolResult = (block: RequestField, encoding: Encoding): ToolResult => {
  block.only('type', 'tool_use_id', 'content', 'is_error', 'cache_control');
  ignoreHints(encoding, block, 'cache_control');
  const id = upstreamToolId(block.get('tool_use_id').text(), encoding.vendor.toolIdLength);
  const failed = block.get('is_error').present && block.get('is_error').flag();
  const content = block.get('content');
  const parts = content.present ? readContent(content, encoding) : [];
  const attached = parts.filter((part) => part.type !== 'text');
  const texts = parts.flatMap((part) => (part.type === 'text' ? [part.text] : []));
  if (attached.length > 0) texts.push(`[${attached.length} attachment(s), shown in the next user message]`);
  return {
    // This wire has no field for a failed call.
    message: { role: 'tool', tool_call_id: id, content: (failed ? 'Error: ' : '') + texts.join(BLOCK_BREAK) },
    attachments: attached.length > 0 ? [{ type: 'text', text: `Result of tool call ${id}:` }, ...attached] : [],
  };
};
