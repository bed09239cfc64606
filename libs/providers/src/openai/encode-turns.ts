import { encodeAssistantTurn, isUnspoken } from './encode-assistant-turn.js';
import { BLOCK_BREAK } from './encode-parts.js';
import { encodeUserTurn } from './encode-user-turn.js';
import { ignoreCitations, ignoreHints, type Encoding } from './encoding.js';
import type { ChatMessage } from './openai.wire.js';
import { RequestField } from './request-field.js';
import { checkToolPairs, type MergedTurn } from './tool-pairing.js';

const NO_PREFILL =
  'This model does not support assistant message prefill. The conversation must end with a user message.';

/** Claude Code's note to Anthropic about who pays. It means nothing to any other model. */
const ATTRIBUTION = 'x-anthropic-billing-header:';

/** `system` and `messages` as the messages of this wire. */
export const encodeTurns = (request: RequestField, encoding: Encoding): ChatMessage[] => {
  const turns = mergeTurns(readTurns(request.get('messages')));
  checkToolPairs(turns);
  const last = turns.at(-1);
  // A chat completion always begins a new message; it cannot be asked to go on with one.
  if (last?.role === 'assistant') request.refuse(NO_PREFILL);
  return [
    ...encodeSystem(request.get('system'), encoding),
    ...mergeTurns(turns.filter((turn) => isSpoken(turn, encoding))).flatMap((turn): ChatMessage[] => {
      switch (turn.role) {
        case 'user':
          return encodeUserTurn(turn.blocks, encoding);
        case 'assistant':
          return [encodeAssistantTurn(turn.blocks, encoding)];
        case 'system':
          return encodeInstruction(turn.blocks, encoding);
      }
    }),
  ];
};

const mergeTurns = (turns: readonly MergedTurn[]): MergedTurn[] => {
  const merged: MergedTurn[] = [];
  for (const turn of turns) {
    const last = merged.at(-1);
    if (last && last.role === turn.role) last.blocks = last.blocks.concat(turn.blocks);
    else merged.push({ ...turn });
  }
  return merged;
};

/**
 * An assistant's turn that only thought is left out, as it would be an empty message, and the turns around it become
 * one: many chat templates want roles to alternate. It is read all the same, for what is wrong with it or gets lost.
 */
const isSpoken = ({ role, blocks }: MergedTurn, encoding: Encoding): boolean => {
  if (role !== 'assistant' || !isUnspoken(blocks)) return true;
  encodeAssistantTurn(blocks, encoding);
  return false;
};

const readTurns = (messages: RequestField): MergedTurn[] => {
  const turns = messages.list().map(readTurn);
  if (turns.length === 0) messages.refuse('at least one message is required');
  return turns;
};

const readTurn = (field: RequestField): MergedTurn => {
  const role = field.get('role').oneOf(['user', 'assistant', 'system']);
  field.only('role', 'content');
  const blocks = readBlocks(field.get('content'));
  if (blocks.length === 0 && role !== 'assistant') {
    field.refuse('all messages must have non-empty content except for the optional final assistant message');
  }
  return { role, field, blocks };
};

const readBlocks = (content: RequestField): RequestField[] => {
  if (typeof content.value !== 'string') return content.list();
  return content.value === '' ? [] : [new RequestField({ type: 'text', text: content.value }, content.path)];
};

const encodeSystem = (system: RequestField, encoding: Encoding): ChatMessage[] => {
  if (!system.present) return [];
  const texts = readTexts(readBlocks(system), encoding).filter((text) => !text.startsWith(ATTRIBUTION));
  if (texts.length === 0) return [];
  return [{ role: instructionRole(encoding), content: texts.join(BLOCK_BREAK) }];
};

const instructionRole = ({ vendor, model }: Encoding) => (vendor.developerRole?.test(model) ? 'developer' : 'system');

const encodeInstruction = (blocks: readonly RequestField[], encoding: Encoding): ChatMessage[] => {
  const content = readTexts(blocks, encoding).join(BLOCK_BREAK);
  if (!encoding.vendor.systemBetweenTurns) return [{ role: 'user', content: `<system>\n${content}\n</system>` }];
  return [{ role: instructionRole(encoding), content }];
};

const readTexts = (blocks: readonly RequestField[], encoding: Encoding): string[] =>
  blocks.map((block) => {
    block.get('type').oneOf(['text']);
    block.only('type', 'text', 'citations', 'cache_control');
    ignoreHints(encoding, block, 'cache_control');
    ignoreCitations(encoding, block);
    return block.get('text').text();
  });
