import { isJsonObject, objectsIn, textOrNone, type JsonObject } from '../json-object.js';
import { invalid } from '../refusal.js';

const calledIn = (turn: JsonObject | undefined): string[] =>
  objectsIn(turn?.content)
    .filter((block) => block.type === 'tool_use')
    .map((block) => textOrNone(block.id));

const resultsIn = (turn: JsonObject | undefined): string[] =>
  objectsIn(turn?.content)
    .filter((block) => block.type === 'tool_result')
    .map((block) => textOrNone(block.tool_use_id));

/** Results count as an answer only before any other block. */
const leadingResults = (turn: JsonObject | undefined): string[] => {
  const blocks = objectsIn(turn?.content);
  const other = blocks.findIndex((block) => block.type !== 'tool_result');
  return resultsIn({ content: other < 0 ? blocks : blocks.slice(0, other) });
};

/** Neighbouring turns of one role count as one. */
const merged = (turns: readonly JsonObject[]): { turn: JsonObject; index: number }[] => {
  const result: { turn: JsonObject; index: number }[] = [];
  turns.forEach((turn, index) => {
    const last = result.at(-1);
    if (last && last.turn.role === turn.role) {
      last.turn = { role: turn.role ?? null, content: [...objectsIn(last.turn.content), ...objectsIn(turn.content)] };
    } else result.push({ turn, index });
  });
  return result;
};

/** Every call is answered in the very next turn, and nothing is answered that was not called. Throws `Refusal`. */
export const checkToolTurns = (turns: readonly JsonObject[]): void => {
  const conversation = merged(turns);
  conversation.forEach(({ turn, index }, at) => {
    const called = calledIn(conversation[at - 1]?.turn);
    const unexpected = resultsIn(turn).find((id) => !called.includes(id));
    if (unexpected !== undefined) {
      throw invalid(
        `messages.${index}: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${unexpected}. Each ` +
          '`tool_result` block must have a corresponding `tool_use` block in the previous message.',
      );
    }
    const answered = leadingResults(conversation[at + 1]?.turn);
    const unanswered = calledIn(turn).filter((id) => !answered.includes(id));
    if (unanswered.length > 0) {
      throw invalid(
        `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ` +
          `${unanswered.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
  });
};

/** The tools on offer: each with a name of its own, and a schema where the caller runs it. Throws `Refusal`. */
export const checkTools = (tools: readonly unknown[]): void => {
  const names = new Set<unknown>();
  tools.forEach((tool, index) => {
    if (!isJsonObject(tool)) throw invalid(`tools.${index}: Input should be a valid dictionary`);
    const { type = 'custom', name } = tool;
    const custom = type === 'custom' || type === null;
    if (custom && typeof name !== 'string') throw invalid(`tools.${index}.custom.name: Field required`);
    if (custom && !isJsonObject(tool.input_schema)) throw invalid(`tools.${index}.custom.input_schema: Field required`);
    if (name !== undefined && names.has(name)) throw invalid('tools: Tool names must be unique.');
    names.add(name);
  });
};
