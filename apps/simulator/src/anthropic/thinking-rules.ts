import { isJsonObject, objectsIn, textOrNone, type JsonObject } from '../json-object.js';
import { invalid } from '../refusal.js';
import { isSignatureOf } from './thinking-signature.js';

const TYPES = ['enabled', 'adaptive', 'between_tools', 'disabled'];

const checkBudget = (tree: JsonObject, thinking: JsonObject): void => {
  const budget = thinking.budget_tokens;
  if (typeof budget !== 'number') throw invalid('thinking.enabled.budget_tokens: Field required');
  if (budget < 1024) throw invalid('thinking.enabled.budget_tokens: Input should be greater than or equal to 1024');
  if (typeof tree.max_tokens === 'number' && budget >= tree.max_tokens) {
    throw invalid('`max_tokens` must be greater than `thinking.budget_tokens`.');
  }
};

/** The `thinking` field, and what may not be asked together with it. Throws `Refusal`. */
export const checkThinking = (tree: JsonObject): void => {
  const { thinking, tool_choice: choice, temperature } = tree;
  if (!isJsonObject(thinking)) return;
  if (typeof thinking.type !== 'string' || !TYPES.includes(thinking.type)) {
    throw invalid(`thinking: Input tag should be one of: ${TYPES.map((type) => `'${type}'`).join(', ')}`);
  }
  if (thinking.type === 'disabled') return;
  if (thinking.type === 'enabled') {
    checkBudget(tree, thinking);
    if (isJsonObject(choice) && (choice.type === 'any' || choice.type === 'tool')) {
      throw invalid('Thinking may not be enabled when tool_choice forces tool use.');
    }
  }
  if (temperature !== undefined && temperature !== 1) {
    throw invalid('`temperature` may only be set to 1 when thinking is enabled.');
  }
};

/** Every thinking block that comes back is one that a simulator signed, and unchanged. Throws `Refusal`. */
export const checkSignatures = (turns: readonly JsonObject[]): void => {
  turns.forEach((turn, index) => {
    objectsIn(turn.content).forEach((block, at) => {
      if (block.type !== 'thinking' || isSignatureOf(textOrNone(block.signature), textOrNone(block.thinking))) return;
      throw invalid(`messages.${index}.content.${at}: Invalid signature in thinking block`);
    });
  });
};
