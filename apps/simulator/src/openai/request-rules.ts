import { isJsonObject, objectsIn, textOrNone, type JsonObject } from '../json-object.js';
import { invalid } from '../refusal.js';

/** https://platform.openai.com/docs/api-reference/chat/create, then what the compatible vendors add. */
const FIELDS = new Set(
  (
    'model messages max_completion_tokens max_tokens temperature top_p presence_penalty frequency_penalty seed ' +
    'logit_bias logprobs top_logprobs n stop tools tool_choice parallel_tool_calls response_format reasoning_effort ' +
    'verbosity service_tier stream stream_options metadata user safety_identifier prompt_cache_key ' +
    'prompt_cache_options prompt_cache_retention store prediction modalities audio web_search_options moderation ' +
    'functions function_call ' +
    'thinking enable_thinking thinking_budget chat_template_kwargs'
  ).split(' '),
);

const ROLES = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

const checkFields = (tree: JsonObject): void => {
  for (const name of ['model', 'messages']) {
    if (tree[name] === undefined) throw invalid(`Missing required parameter: '${name}'.`);
  }
  const unknown = Object.keys(tree).find((name) => !FIELDS.has(name));
  if (unknown !== undefined) throw invalid(`Unrecognized request argument supplied: ${unknown}`);
  if (!Array.isArray(tree.messages) || tree.messages.length === 0) {
    throw invalid("Invalid 'messages': expected a non-empty array.");
  }
  if (tree.n !== undefined && tree.n !== 1) throw invalid("Invalid 'n': the simulator gives one choice.");
  if (tree.stream_options !== undefined && tree.stream !== true) {
    throw invalid("The 'stream_options' parameter is only allowed when 'stream' is enabled.");
  }
  if (tree.tool_choice !== undefined && tree.tools === undefined) {
    throw invalid("'tool_choice' is only allowed when 'tools' are specified.");
  }
};

const callIds = (turn: JsonObject): string[] => objectsIn(turn.tool_calls).map((call) => textOrNone(call.id));

const checkToolTurn = (turn: JsonObject, path: string, open: string[]): void => {
  const at = open.indexOf(textOrNone(turn.tool_call_id));
  if (at < 0) {
    throw invalid("messages with role 'tool' must be a response to a preceding message with 'tool_calls'.");
  }
  open.splice(at, 1);
  if (objectsIn(turn.content).some((part) => part.type !== 'text')) {
    throw invalid(`Invalid '${path}.content': tool messages hold text parts only.`);
  }
};

/** Every call is answered before anybody else speaks. */
const checkTurns = (turns: readonly unknown[]): void => {
  let open: string[] = [];
  const checkAnswered = (): void => {
    if (open.length === 0) return;
    throw invalid(
      "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
        `The following tool_call_ids did not have response messages: ${open.join(', ')}`,
    );
  };
  turns.forEach((turn, index) => {
    const path = `messages[${index}]`;
    if (!isJsonObject(turn)) throw invalid(`Invalid '${path}': expected an object.`);
    if (typeof turn.role !== 'string') throw invalid(`Missing required parameter: '${path}.role'.`);
    if (!ROLES.has(turn.role)) throw invalid(`Invalid value: '${turn.role}' for '${path}.role'.`);
    if (turn.role === 'tool') return checkToolTurn(turn, path, open);
    checkAnswered();
    open = callIds(turn);
    if (turn.content === undefined && open.length === 0) {
      throw invalid(`Missing required parameter: '${path}.content'.`);
    }
  });
  checkAnswered();
};

const checkTools = (tools: unknown): void => {
  objectsIn(tools).forEach((tool, index) => {
    const definition = tool.type === 'function' ? tool.function : tool.custom;
    if (!isJsonObject(definition) || typeof definition.name !== 'string') {
      throw invalid(`Missing required parameter: 'tools[${index}].function.name'.`);
    }
  });
};

/** What the API would not take, in its words. Throws `Refusal`. */
export const checkRequest = (tree: JsonObject): void => {
  checkFields(tree);
  checkTurns(Array.isArray(tree.messages) ? tree.messages : []);
  checkTools(tree.tools);
};

/**
 * A thinking DeepSeek model wants its reasoning back, even when it was empty, with every turn in which it called tools.
 * https://api-docs.deepseek.com/guides/thinking_mode
 */
export const checkReasoningReturned = (turns: readonly JsonObject[]): void => {
  const missing = turns.some((turn) => callIds(turn).length > 0 && typeof turn.reasoning_content !== 'string');
  if (missing) throw invalid('The `reasoning_content` in the thinking mode must be passed back to the API.');
};
