import { type PromptSection, tokensOf } from '../answer/prompt.js';
import { isJsonObject, objectsIn, type JsonObject } from '../json-object.js';
import { invalid } from '../refusal.js';

/** What a picture or a document costs, whatever its bytes. */
const ATTACHMENT_TOKENS = 1600;

/** https://platform.claude.com/docs/en/build-with-claude/prompt-caching */
const MOST_BREAKPOINTS = 4;

const section = (value: JsonObject): PromptSection => {
  const { cache_control: control, ...said } = value;
  const text = typeof said.text === 'string' ? said.text : JSON.stringify(said);
  const attached = said.type === 'image' || said.type === 'document';
  return {
    text,
    tokens: attached ? ATTACHMENT_TOKENS : tokensOf(text),
    ...(isJsonObject(control) && { cache: control.ttl === '1h' ? '1h' : '5m' }),
  };
};

const sectionsOf = (content: unknown): PromptSection[] =>
  typeof content === 'string' ? [{ text: content, tokens: tokensOf(content) }] : objectsIn(content).map(section);

/**
 * The prompt in the order in which it is cached: tools, system, turns. `cache_control` on the request itself marks the
 * last of them. Throws `Refusal` on a fifth breakpoint.
 */
export const promptSections = (tree: JsonObject): PromptSection[] => {
  const turns = objectsIn(tree.messages).flatMap((turn) => sectionsOf(turn.content));
  const sections = [...objectsIn(tree.tools).map(section), ...sectionsOf(tree.system), ...turns];
  const last = sections.at(-1);
  if (last && isJsonObject(tree.cache_control)) last.cache ??= tree.cache_control.ttl === '1h' ? '1h' : '5m';
  const marked = sections.filter(({ cache }) => cache !== undefined).length;
  if (marked > MOST_BREAKPOINTS) {
    throw invalid(`A maximum of 4 blocks with cache_control may be provided. Found ${marked}.`);
  }
  return sections;
};
