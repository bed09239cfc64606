import { BLOCK_BREAK } from './encode-parts.js';
import { ignoreCitations, ignoreHints, type Encoding } from './encoding.js';
import type { ChatMessage, ChatToolCall } from './openai.wire.js';
import { UNSUPPORTED, type RequestField } from './request-field.js';
import { isOurSignature } from './thinking-token.js';
import { upstreamToolId } from './tool-id.js';

interface Said {
  text: string;
  reasoning: string[];
  calls: ChatToolCall[];
}

type ReadBlock = (block: RequestField, said: Said, encoding: Encoding) => void;

const readText: ReadBlock = (block, said, encoding) => {
  block.only('type', 'text', 'citations', 'cache_control');
  ignoreHints(encoding, block, 'cache_control');
  ignoreCitations(encoding, block);
  said.text += block.get('text').text();
};

/**
 * Thinking goes back only to the vendor whose model thought it, and only if that vendor wants it. Everybody else's is
 * left out, as the API itself does with the thinking of earlier turns.
 */
const readThinking: ReadBlock = (block, said, encoding) => {
  block.only('type', 'thinking', 'signature');
  const shown = block.get('thinking').text();
  const signature = block.get('signature').text();
  if (!isOurSignature(signature)) return void encoding.ignored.add('messages.thinking');
  const sealed = encoding.tokens.open(signature, shown);
  if (!sealed) return block.refuse('Invalid signature in thinking block');
  if (encoding.vendor.replaysReasoning && sealed.vendor === encoding.vendor.name) said.reasoning.push(sealed.reasoning);
  else encoding.ignored.add('messages.thinking');
};

const readRedacted: ReadBlock = (_, __, { ignored }) => void ignored.add('messages.thinking');

const readToolUse: ReadBlock = (block, said, encoding) => {
  block.only('type', 'id', 'name', 'input', 'caller', 'cache_control');
  ignoreHints(encoding, block, 'cache_control');
  const caller = block.get('caller');
  // Here models call all tools themselves, which is what `direct` means.
  if (caller.present && caller.get('type').value !== 'direct') encoding.ignored.add('tool_use.caller');
  const id = block.get('id').text();
  if (!/^[a-zA-Z0-9_-]+$/.test(id)) block.get('id').refuse("String should match pattern '^[a-zA-Z0-9_-]+$'");
  said.calls.push({
    id: upstreamToolId(id, encoding.vendor.toolIdLength),
    type: 'function',
    function: { name: block.get('name').text(), arguments: JSON.stringify(block.get('input').record()) },
  });
};

const READERS: Readonly<Record<string, ReadBlock>> = {
  text: readText,
  thinking: readThinking,
  redacted_thinking: readRedacted,
  tool_use: readToolUse,
};

/** Whether nothing of these blocks can be said here: they are thinking, which is for other upstreams, or empty. */
export const isUnspoken = (blocks: readonly RequestField[]): boolean =>
  blocks.every((block) => {
    const type = block.get('type').value;
    const isEmptyText = type === 'text' && block.get('text').value === '';
    return type === 'thinking' || type === 'redacted_thinking' || isEmptyText;
  });

/** An assistant turn as one message. The order of text and calls is lost: here text always comes first. */
export const encodeAssistantTurn = (blocks: readonly RequestField[], encoding: Encoding): ChatMessage => {
  const said: Said = { text: '', reasoning: [], calls: [] };
  let last = 'text';
  for (const block of blocks) {
    const type = block.get('type').text();
    const read = Object.hasOwn(READERS, type) ? READERS[type] : undefined;
    if (!read) return block.labelled(type).refuse(UNSUPPORTED);
    // Neighbouring text blocks are one text that citations have cut up; others are separate remarks.
    if (type === 'text' && last !== 'text' && said.text !== '') said.text += BLOCK_BREAK;
    read(block.labelled(type), said, encoding);
    last = type;
  }
  return toMessage(said, encoding);
};

const toMessage = ({ text, reasoning, calls }: Said, { vendor, ignored }: Encoding): ChatMessage => {
  if (calls.length === 0) {
    if (reasoning.length > 0) ignored.add('messages.thinking'); // read back only beside tool calls
    return { role: 'assistant', content: text };
  }
  return {
    role: 'assistant',
    content: text === '' ? null : text,
    // Wanted even when there is none: without the member DeepSeek refuses the whole conversation.
    ...(vendor.replaysReasoning && { reasoning_content: reasoning.join('\n') }),
    tool_calls: calls,
  };
};
