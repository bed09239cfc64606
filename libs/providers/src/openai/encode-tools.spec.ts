import { describe, expect, it } from '@jest/globals';
import { aDeployment, anOutboundRequest } from '#testing';
import { createOpenAiAdapter } from './openai.adapter.js';

const adapter = createOpenAiAdapter({ signingKey: Buffer.from('key'), randomByte: () => 1 });

const encode = (tools: unknown, tool_choice?: unknown, vendor = 'openai') => {
  const messages = [{ role: 'user', content: 'Hi' }];
  const request = anOutboundRequest({
    model: 'm',
    max_tokens: 9,
    messages,
    tools,
    ...(tool_choice !== undefined && { tool_choice }),
  });
  const { body, ignored } = adapter.encode(request, aDeployment(vendor, 'gpt-4.1'));
  const {
    tools: encoded,
    tool_choice: choice,
    parallel_tool_calls,
  } = JSON.parse(body.toString()) as Record<string, unknown>;
  return { tools: encoded, choice, parallel: parallel_tool_calls, ignored };
};

const CLOSED = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false };
const aTool = (fields: object = {}) => ({ name: 'read', input_schema: { type: 'object' }, ...fields });

describe('tools', () => {
  it('become functions', () => {
    expect(encode([aTool({ description: 'Reads', type: 'custom' })]).tools).toEqual([
      {
        type: 'function',
        function: { name: 'read', description: 'Reads', parameters: { type: 'object', properties: {} } },
      },
    ]);
  });

  it('keep the properties that they have', () => {
    expect(encode([aTool({ input_schema: CLOSED })]).tools).toMatchObject([{ function: { parameters: CLOSED } }]);
  });

  it('are strict only where the schema can be', () => {
    const strict = encode([aTool({ strict: true, input_schema: CLOSED })]);
    const loose = encode([aTool({ strict: true, input_schema: { ...CLOSED, required: [] } })]);
    const elsewhere = encode([aTool({ strict: true, input_schema: CLOSED })], undefined, 'vllm');

    expect(strict).toMatchObject({ tools: [{ function: { strict: true } }], ignored: [] });
    expect(loose).toMatchObject({
      tools: [{ function: expect.not.objectContaining({ strict: true }) }],
      ignored: ['strict'],
    });
    expect(elsewhere.ignored).toEqual(['strict']);
  });

  it('lose their hints, and say so', () => {
    const hints = {
      cache_control: {},
      defer_loading: true,
      eager_input_streaming: true,
      input_examples: [{}],
      allowed_callers: ['code_execution_20250825'],
    };

    expect(encode([aTool(hints)]).ignored.toSorted()).toEqual(Object.keys(hints).toSorted());
  });

  it('lose nothing where nothing was asked for', () => {
    const hints = { strict: false, defer_loading: false, eager_input_streaming: false, input_examples: [] };
    const bash = { type: 'bash_20250124', name: 'bash', strict: false };

    expect(encode([aTool(hints), bash]).ignored).toEqual([]);
  });

  it.each([
    ['bash_20250124', 'bash'],
    ['text_editor_20250728', 'str_replace_based_edit_tool'],
    ['memory_20250818', 'memory'],
  ])('%s comes with a schema of its own', (type, name) => {
    expect(encode([{ type, name }]).tools).toMatchObject([
      { type: 'function', function: { name, description: expect.any(String), parameters: { type: 'object' } } },
    ]);
  });

  it.each([
    [
      'a server tool',
      [{ type: 'web_search_20250305', name: 'web_search' }],
      'tools.0.web_search_20250305: Not supported',
    ],
    ['a toolset', [{ type: 'computer_toolset_20260801' }], 'tools.0.computer_toolset_20260801: Not supported'],
    ['a tool of MCP', [{ type: 'mcp_toolset', mcp_server_name: 'x' }], 'tools.0.mcp_toolset: Not supported'],
    ['no name', [{ input_schema: { type: 'object' } }], 'tools.0.custom.name: Field required'],
    [
      'a long name',
      [aTool({ name: 'n'.repeat(65) })],
      "tools.0.custom.name: String should match pattern '^[a-zA-Z0-9_-]{1,64}$'",
    ],
    ['no schema', [{ name: 'read' }], 'tools.0.custom.input_schema: Field required'],
    [
      'another schema',
      [aTool({ input_schema: { type: 'array' } })],
      "tools.0.custom.input_schema.type: Input should be 'object'",
    ],
    ['an unknown member', [aTool({ foo: 1 })], 'tools.0.custom.foo: Extra inputs are not permitted'],
    ['one name twice', [aTool(), aTool()], 'tools: Tool names must be unique.'],
    ['no list', {}, 'tools: Input should be a valid list'],
  ])('are refused with %s', (_, tools, complaint) => {
    expect(() => encode(tools)).toThrow(complaint);
  });
});

describe('tool_choice', () => {
  it.each([
    ['openai', { type: 'auto' }, 'auto'],
    ['openai', { type: 'any' }, 'required'],
    ['openai', { type: 'none' }, 'none'],
    ['openai', { type: 'tool', name: 'read' }, { type: 'function', function: { name: 'read' } }],
    ['qwen', { type: 'any' }, { type: 'function', function: { name: 'read' } }],
  ])('for %s: %j', (vendor, choice, expected) => {
    expect(encode([aTool()], choice, vendor).choice).toEqual(expected);
  });

  it('takes the tools away from a server that does not know "none"', () => {
    expect(encode([aTool()], { type: 'none' }, 'ollama').tools).toBeUndefined();
  });

  it.each([
    ['openai', { disable_parallel_tool_use: true }, false, []],
    ['openai', { disable_parallel_tool_use: false }, undefined, []],
    ['qwen', {}, true, []],
    ['qwen', { disable_parallel_tool_use: true }, undefined, []],
    ['deepseek', { disable_parallel_tool_use: true }, undefined, ['disable_parallel_tool_use']],
  ])('for %s tells how many calls at once: %j', (vendor, fields, parallel, ignored) => {
    expect(encode([aTool()], { type: 'auto', ...fields }, vendor)).toMatchObject({ parallel, ignored });
  });

  it.each([
    ['openai', [aTool()], { type: 'tool', name: 'write' }, "tool_choice: Tool 'write' not found in provided tools"],
    ['openai', [aTool()], { type: 'tool' }, 'tool_choice.name: Field required'],
    ['openai', [aTool()], { type: 'required' }, "tool_choice.type: Input should be 'auto', 'any', 'tool' or 'none'"],
    ['openai', [aTool()], 'auto', 'tool_choice: Input should be a valid dictionary'],
    ['ollama', [aTool()], { type: 'none', foo: 1 }, 'tool_choice.foo: Extra inputs are not permitted'],
    ['openai', [], { type: 'any' }, 'tool_choice: may only be specified while providing tools'],
    ['qwen', [aTool(), aTool({ name: 'write' })], { type: 'any' }, 'tool_choice.type: Not supported'],
    ['ollama', [aTool()], { type: 'any' }, 'tool_choice.type: Not supported'],
  ])('for %s is refused: %#', (vendor, tools, choice, complaint) => {
    expect(() => encode(tools, choice, vendor)).toThrow(complaint);
  });
});
