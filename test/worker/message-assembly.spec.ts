import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import Anthropic from '@anthropic-ai/sdk';
import { MessageAssembly } from '../../apps/worker/src/line/message-assembly.js';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';

let simulator: Simulator;
let client: Anthropic;

beforeAll(async () => {
  simulator = await startSimulator();
  client = new Anthropic({ apiKey: 'any', baseURL: simulator.url });
});

afterAll(() => simulator.close());

const TOOLS = [
  {
    name: 'weather',
    input_schema: {
      type: 'object' as const,
      properties: { city: { type: 'string' }, days: { type: 'integer' } },
      required: ['city', 'days'],
    },
  },
  { name: 'nothing', input_schema: { type: 'object' as const, properties: {} } },
];

const params = (more: object) => ({
  model: 'm',
  max_tokens: 4_096,
  messages: [{ role: 'user' as const, content: 'Ünïcode — how is the weather?' }],
  ...more,
});

const cases: [string, object][] = [
  ['text', {}],
  ['a text that is cut off', { max_tokens: 3 }],
  ['a call of a tool', { tools: TOOLS, tool_choice: { type: 'tool', name: 'weather' } }],
  ['a call without input', { tools: TOOLS, tool_choice: { type: 'tool', name: 'nothing' } }],
  ['thinking', { thinking: { type: 'enabled', budget_tokens: 1_024 } }],
  ['thinking and tools', { thinking: { type: 'enabled', budget_tokens: 1_024 }, tools: TOOLS }],
  ['a cached prompt', { system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }] }],
];

const assemble = async (request: object): Promise<Record<string, unknown> | undefined> => {
  const assembly = new MessageAssembly();
  const stream = await client.messages.create({ ...request, stream: true } as never);
  for await (const event of stream as unknown as AsyncIterable<unknown>) assembly.add(event);
  return assembly.whole;
};

/** What depends on the bytes of the request, or on what was asked before, is not the assembly's doing. */
const comparable = (message: Record<string, unknown>) => ({
  ...message,
  id: '',
  usage: {
    ...(message.usage as object),
    input_tokens: 0,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    cache_creation: 0,
  },
});

describe('a message put together from its events', () => {
  it.each(cases)('equals what is answered without a stream: %s', async (_, more) => {
    const assembled = await assemble(params(more));
    const whole = await client.messages.create(params(more) as never);
    expect(comparable(assembled ?? {})).toEqual(comparable({ ...(whole as unknown as Record<string, unknown>) }));
  });

  it.each(cases)('equals what the official client puts together: %s', async (_, more) => {
    const assembled = await assemble(params(more));
    const final = await client.messages.stream(params(more) as never).finalMessage();
    const theirs = JSON.parse(JSON.stringify({ ...final, parsed_output: undefined }));
    expect(comparable(assembled ?? {})).toEqual(comparable(theirs));
  });

  it('is none while its end has not come', () => {
    const assembly = new MessageAssembly();
    assembly.add({ type: 'message_start', message: { id: 'msg_1', usage: {} } });
    assembly.add({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } });
    expect(assembly.whole).toBeUndefined();
  });

  it('keeps citations, signatures and summaries', () => {
    const assembly = new MessageAssembly();
    const block = (index: number, content_block: object, ...deltas: object[]): void => {
      assembly.add({ type: 'content_block_start', index, content_block });
      for (const delta of deltas) assembly.add({ type: 'content_block_delta', index, delta });
      assembly.add({ type: 'content_block_stop', index });
    };
    assembly.add({ type: 'message_start', message: { usage: { input_tokens: 1 } } });
    block(0, { type: 'thinking', thinking: '', signature: '' }, { type: 'signature_delta', signature: 's' });
    block(1, { type: 'text', text: '', citations: null }, { type: 'citations_delta', citation: { n: 1 } });
    block(2, { type: 'compaction', content: null }, { type: 'compaction_delta', content: 'so far' });
    block(3, { type: 'text', text: 'x' }, { type: 'unheard_of', text: 'y' });
    assembly.add({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { output_tokens: 2, input_tokens: null },
    });
    assembly.add({ type: 'message_stop' });
    expect(assembly.whole).toEqual({
      content: [
        { type: 'thinking', thinking: '', signature: 's' },
        { type: 'text', text: '', citations: [{ n: 1 }] },
        { type: 'compaction', content: 'so far' },
        { type: 'text', text: 'x' },
      ],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 2 },
    });
  });
});
