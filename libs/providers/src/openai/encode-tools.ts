import { CLIENT_TOOLS, type ClientTool } from './client-tools.js';
import { ignoreHints, type Encoding } from './encoding.js';
import type { ChatTool, ChatToolChoice } from './openai.wire.js';
import { UNSUPPORTED, type RequestField } from './request-field.js';
import { isStrictSchema } from './strict-schema.js';

/** Members of a tool that change how it is offered or streamed, not what it is. */
const HINTS = ['cache_control', 'defer_loading', 'allowed_callers', 'eager_input_streaming', 'input_examples'];

interface ToolFields {
  tools?: ChatTool[];
  tool_choice?: ChatToolChoice;
  parallel_tool_calls?: boolean;
}

/** `tools` and `tool_choice`. */
export const encodeTools = (request: RequestField, encoding: Encoding): ToolFields => {
  const given = request.get('tools');
  const tools = given.present ? given.list().map((tool) => encodeTool(tool, encoding)) : [];
  const names = tools.map((tool) => tool.function.name);
  if (new Set(names).size !== names.length) given.refuse('Tool names must be unique.');
  const choice = request.get('tool_choice');
  const mode = choice.present ? choice.get('type').oneOf(['auto', 'any', 'tool', 'none']) : 'auto';
  const toolChoice = choice.present ? encodeChoice(choice, names, encoding) : undefined;
  const withoutTools = mode === 'none' && !encoding.vendor.toolChoices.includes('none');
  if (tools.length === 0 || withoutTools) return {};
  return {
    tools,
    ...(toolChoice && { tool_choice: toolChoice }),
    ...encodeParallel(choice, encoding),
  };
};

const encodeTool = (tool: RequestField, encoding: Encoding): ChatTool => {
  const type = tool.get('type');
  if (!type.present || type.value === 'custom') return encodeCustomTool(tool.labelled('custom'), encoding);
  const name = type.text();
  const known = Object.hasOwn(CLIENT_TOOLS, name) ? CLIENT_TOOLS[name] : undefined;
  return known ? encodeClientTool(tool.labelled(name), known, encoding) : tool.labelled(name).refuse(UNSUPPORTED);
};

const encodeCustomTool = (tool: RequestField, encoding: Encoding): ChatTool => {
  tool.only('type', 'name', 'description', 'input_schema', 'strict', ...HINTS);
  ignoreHints(encoding, tool, ...HINTS);
  const name = tool.get('name').text();
  if (!/^[a-zA-Z0-9_-]{1,64}$/.test(name)) {
    tool.get('name').refuse("String should match pattern '^[a-zA-Z0-9_-]{1,64}$'");
  }
  const description = tool.get('description');
  const schema = tool.get('input_schema');
  schema.get('type').oneOf(['object']);
  return {
    type: 'function',
    function: {
      name,
      ...(description.present && { description: description.text() }),
      parameters: { ...schema.record(), properties: schema.record().properties ?? {} },
      ...strictness(tool, schema, encoding),
    },
  };
};

const strictness = (tool: RequestField, schema: RequestField, { vendor, ignored }: Encoding): { strict?: true } => {
  const strict = tool.get('strict');
  if (!strict.present || !strict.flag()) return {};
  if (vendor.strictTools && isStrictSchema(schema.value)) return { strict: true };
  ignored.add('strict');
  return {};
};

const encodeClientTool = (tool: RequestField, known: ClientTool, encoding: Encoding): ChatTool => {
  tool.only('type', 'name', 'max_characters', 'strict', ...HINTS);
  ignoreHints(encoding, tool, 'max_characters', 'strict', ...HINTS);
  tool.get('name').oneOf([known.name]);
  return { type: 'function', function: known };
};

const encodeChoice = (choice: RequestField, names: readonly string[], { vendor }: Encoding): ChatToolChoice => {
  const type = choice.get('type');
  const mode = type.text();
  choice.only('type', 'disable_parallel_tool_use', ...(mode === 'tool' ? ['name'] : []));
  if (mode === 'auto' || mode === 'none') return mode;
  if (names.length === 0) choice.refuse('may only be specified while providing tools');
  if (mode === 'any' && vendor.toolChoices.includes('required')) return 'required';
  const name = mode === 'tool' ? choice.get('name').text() : onlyOf(names);
  if (name === undefined || !vendor.toolChoices.includes('function')) return type.refuse(UNSUPPORTED);
  if (!names.includes(name)) choice.refuse(`Tool '${name}' not found in provided tools`);
  return { type: 'function', function: { name } };
};

/** With one tool to choose from, "any tool" and that tool are the same. */
const onlyOf = (names: readonly string[]): string | undefined => (names.length === 1 ? names[0] : undefined);

const encodeParallel = (choice: RequestField, { vendor, ignored }: Encoding): { parallel_tool_calls?: boolean } => {
  const disable = choice.present ? choice.get('disable_parallel_tool_use') : choice;
  const single = disable.present && disable.flag();
  if (vendor.parallelTools === 'opt-in') return single ? {} : { parallel_tool_calls: true };
  if (!single) return {};
  if (vendor.parallelTools === 'opt-out') return { parallel_tool_calls: false };
  ignored.add('disable_parallel_tool_use');
  return {};
};
