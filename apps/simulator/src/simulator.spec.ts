import Anthropic, { NotFoundError } from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createParser, type EventSourceMessage } from 'eventsource-parser';
import OpenAI from 'openai';
import { type Simulator, startSimulator } from './simulator.js';
import { SimulatorClient } from './testing/simulator-client.js';

const HELLO = [{ role: 'user' as const, content: 'Hello 🚂 world' }];

const SCHEMA = {
  type: 'object' as const,
  properties: { city: { type: 'string' }, days: { type: 'integer', minimum: 1, maximum: 7 } },
};
const TOOLS = ['look_up', 'measure'].map((name) => ({ name, input_schema: SCHEMA }));
const FUNCTIONS = TOOLS.map(({ name }) => ({ type: 'function' as const, function: { name, parameters: SCHEMA } }));
const WEATHER = { city: expect.any(String), days: expect.any(Number) };

const eventsIn = (text: string): EventSourceMessage[] => {
  const events: EventSourceMessage[] = [];
  createParser({ onEvent: (event) => events.push(event) }).feed(text);
  return events;
};

let simulator: Simulator;
let client: SimulatorClient;
let anthropic: Anthropic;
let openai: OpenAI;

beforeAll(async () => {
  simulator = await startSimulator();
  client = new SimulatorClient(simulator);
  anthropic = new Anthropic({ baseURL: simulator.url, apiKey: 'key', maxRetries: 0 });
  openai = new OpenAI({ baseURL: `${simulator.url}/v1`, apiKey: 'key', maxRetries: 0 });
});

beforeEach(() => simulator.reset());

afterAll(() => simulator.close());

describe('the Messages API, as the official SDK sees it', () => {
  it('answers with a whole message', async () => {
    const { data, response } = await anthropic.messages
      .create({ model: 'sim', max_tokens: 100, messages: HELLO })
      .withResponse();

    expect(data).toMatchObject({
      id: expect.stringMatching(/^msg_01\w{22}$/),
      type: 'message',
      role: 'assistant',
      model: 'sim',
      stop_reason: 'end_turn',
      stop_sequence: null,
      usage: { input_tokens: 4, cache_creation: { ephemeral_5m_input_tokens: 0 }, service_tier: 'standard' },
    });
    expect(data.content).toEqual([
      { type: 'text', text: expect.stringMatching(/^You said: Hello 🚂 world /u), citations: null },
    ]);
    expect(response.headers.get('request-id')).toMatch(/^req_01\w{22}$/);
    expect(response.headers.get('anthropic-organization-id')).toBeTruthy();
    expect(response.headers.get('anthropic-ratelimit-requests-reset')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  it('streams the same message that it answers whole', async () => {
    const asked = {
      model: 'sim@id=msg_same',
      max_tokens: 3000,
      messages: HELLO,
      thinking: { type: 'enabled' as const, budget_tokens: 1024 },
      tools: TOOLS,
    };

    const whole = await anthropic.messages.create(asked);
    const streamed = await anthropic.messages.stream(asked).finalMessage();

    expect(streamed).toMatchObject(whole);
    expect(whole.content.map(({ type }) => type)).toEqual(expect.arrayContaining(['thinking', 'text', 'tool_use']));
  });

  it('goes through a conversation with thinking and tools', async () => {
    const thinking = { type: 'adaptive' as const };
    const messages: Anthropic.MessageParam[] = [...HELLO];
    const first = await anthropic.messages.create({ model: 'sim', max_tokens: 3000, messages, thinking, tools: TOOLS });
    const calls = first.content.filter((block) => block.type === 'tool_use');
    messages.push({ role: 'assistant', content: first.content });
    messages.push({
      role: 'user',
      content: calls.map(({ id }) => ({ type: 'tool_result', tool_use_id: id, content: 'sunny' })),
    });

    const second = await anthropic.messages.create({
      model: 'sim',
      max_tokens: 3000,
      messages,
      thinking,
      tools: TOOLS,
    });

    expect(first.stop_reason).toBe('tool_use');
    expect(calls[0]?.input).toEqual(WEATHER);
    expect(second.stop_reason).toBe('end_turn');
    expect(second.content.at(-1)).toMatchObject({ text: expect.stringMatching(/^The tool answered: sunny/) });
  });

  it('keeps thinking to itself when asked to, but signs it', async () => {
    const { content } = await anthropic.messages
      .stream({ model: 'sim', max_tokens: 3000, messages: HELLO, thinking: { type: 'adaptive', display: 'omitted' } })
      .finalMessage();

    expect(content[0]).toEqual({ type: 'thinking', thinking: '', signature: expect.stringMatching(/.{40}/) });
  });

  it('counts tokens as a message would', async () => {
    const asked = { model: 'sim', messages: HELLO, system: 'Be brief.', tools: TOOLS };

    const counted = await anthropic.messages.countTokens(asked);
    const { usage } = await anthropic.messages.create({ ...asked, max_tokens: 100 });

    expect(counted.input_tokens).toBe(usage.input_tokens);
  });

  it('writes a cached prefix once for each key, then reads it', async () => {
    const asked = {
      model: 'sim',
      max_tokens: 10,
      system: [
        { type: 'text' as const, text: 'Be brief. '.repeat(100), cache_control: { type: 'ephemeral' as const } },
      ],
      messages: HELLO,
    };
    const usages = async (apiKey: string) => {
      const { usage } = await anthropic.withOptions({ apiKey }).messages.create(asked);
      return [usage.input_tokens, usage.cache_creation_input_tokens, usage.cache_read_input_tokens];
    };

    expect(await usages('one')).toEqual([4, 250, 0]);
    expect(await usages('one')).toEqual([4, 0, 250]);
    expect(await usages('other')).toEqual([4, 250, 0]);
  });

  it('lists models', async () => {
    const ids: string[] = [];
    for await (const { id } of anthropic.models.list()) ids.push(id);

    expect(ids).toContain('sim-small');
    expect(await anthropic.models.retrieve('sim-small')).toMatchObject({ type: 'model', id: 'sim-small' });
    await expect(anthropic.models.retrieve('nobody')).rejects.toThrow(NotFoundError);
  });

  it('refuses callers without a key, and requests that are wrong', async () => {
    const keyless = await client.messages({}, { headers: { 'x-api-key': '' } });
    const wrong = anthropic.messages.create({ model: 'sim', max_tokens: 100, messages: [], foo: 1 } as never);

    expect(keyless.status).toBe(401);
    expect(await keyless.json()).toMatchObject({ error: { type: 'authentication_error' } });
    await expect(wrong).rejects.toThrow(/foo: Extra inputs are not permitted/);
  });
});

describe('a Messages stream', () => {
  const stream = async (fields: Record<string, unknown> = {}) => {
    const response = await client.messages({ stream: true, ...fields });
    return { headers: response.headers, events: eventsIn(await response.text()) };
  };

  it('is an unbroken sequence of named events', async () => {
    const { headers, events } = await stream({ model: 'sim@tokens=2' });

    expect(events.map(({ event }) => event)).toEqual([
      'message_start',
      'content_block_start',
      'ping',
      'content_block_delta',
      'content_block_delta',
      'content_block_stop',
      'message_delta',
      'message_stop',
    ]);
    expect(events.every(({ event, data }) => (JSON.parse(data) as { type: string }).type === event)).toBe(true);
    expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(headers.get('content-length')).toBeNull();
  });

  it('signs thinking once, right before the block ends', async () => {
    const { events } = await stream({ thinking: { type: 'enabled', budget_tokens: 1024 } });
    const signature = events.findIndex(({ data }) => data.includes('signature_delta'));

    expect(events.filter(({ data }) => data.includes('signature_delta'))).toHaveLength(1);
    expect(events[signature + 1]?.event).toBe('content_block_stop');
  });

  it('tells its input before the answer and its output after', async () => {
    const { events } = await stream({ model: 'sim@tokens=9' });
    const data = events.map((event) => JSON.parse(event.data) as Record<string, never>);

    expect(data[0]).toMatchObject({ message: { usage: { input_tokens: 4, output_tokens: 1 } } });
    expect(data.at(-2)).toMatchObject({ usage: { input_tokens: 4, output_tokens: 9 } });
  });

  it('is the same again, to the byte, for the same request and seed', async () => {
    const text = async () => (await client.messages({ stream: true, tools: TOOLS })).text();

    expect(await text()).toBe(await text());
  });
});

describe('Chat Completions, as the official SDK sees it', () => {
  it('answers whole and streamed alike, with reasoning and tools', async () => {
    const asked = { model: 'sim@id=same', messages: HELLO, tools: FUNCTIONS, reasoning_effort: 'high' as const };

    const whole = await openai.chat.completions.create(asked);
    const streamed = await openai.chat.completions
      .stream({ ...asked, stream_options: { include_usage: true } })
      .finalChatCompletion();

    const [choice] = whole.choices;
    expect(choice?.finish_reason).toBe('tool_calls');
    expect(choice?.message).toMatchObject({ reasoning_content: expect.any(String), content: expect.any(String) });
    const seen = streamed.choices[0]?.message;
    expect(seen?.content).toBe(choice?.message.content);
    expect(JSON.parse(JSON.stringify(seen?.tool_calls))).toMatchObject(
      JSON.parse(JSON.stringify(choice?.message.tool_calls)) as object[],
    );
    expect(streamed.usage).toEqual(whole.usage);
    expect(whole.usage?.completion_tokens_details?.reasoning_tokens).toBeGreaterThan(0);
  });

  it('says on this wire what it says on the other', async () => {
    const here = await openai.chat.completions.create({ model: 'sim', messages: HELLO });
    const there = await anthropic.messages.create({ model: 'sim', max_tokens: 1000, messages: HELLO });

    expect(there.content[0]).toMatchObject({ text: here.choices[0]?.message.content });
  });

  it('goes through a conversation with tools', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [...HELLO];
    const first = await openai.chat.completions.create({ model: 'sim', messages, tools: FUNCTIONS });
    const [choice] = first.choices;
    if (!choice?.message.tool_calls) throw new Error('no call');
    messages.push(choice.message);
    for (const { id } of choice.message.tool_calls) messages.push({ role: 'tool', tool_call_id: id, content: 'sunny' });

    const second = await openai.chat.completions.create({ model: 'sim', messages, tools: FUNCTIONS });

    expect(second.choices[0]).toMatchObject({
      finish_reason: 'stop',
      message: { content: expect.stringMatching(/^The tool answered: sunny/) },
    });
  });

  it('streams chunks to the end mark, with the usage in a chunk of its own', async () => {
    const response = await client.completions({
      model: 'sim@tokens=2',
      stream: true,
      stream_options: { include_usage: true },
    });
    const data = eventsIn(await response.text()).map((event) => event.data);
    const chunks = data.slice(0, -1).map((text) => JSON.parse(text) as OpenAI.ChatCompletionChunk);

    expect(data.at(-1)).toBe('[DONE]');
    expect(chunks.map(({ choices }) => choices[0]?.finish_reason)).toEqual([null, null, null, 'stop', undefined]);
    expect(chunks[0]?.choices[0]?.delta.role).toBe('assistant');
    expect(chunks.map(({ usage }) => usage?.total_tokens)).toEqual([undefined, undefined, undefined, undefined, 6]);
  });

  it('interleaves the fragments of parallel calls when asked to', async () => {
    const fragments = async (directives: string) => {
      const response = await client.completions({ model: `sim@tools=2;${directives}`, stream: true, tools: FUNCTIONS });
      return eventsIn(await response.text())
        .slice(0, -1)
        .flatMap(({ data }) => (JSON.parse(data) as OpenAI.ChatCompletionChunk).choices[0]?.delta.tool_calls ?? []);
    };
    const inputs = (calls: OpenAI.ChatCompletionChunk.Choice.Delta.ToolCall[]) =>
      [0, 1].map((index) =>
        calls
          .filter((call) => call.index === index)
          .map((call) => call.function?.arguments)
          .join(''),
      );

    const apart = await fragments('label=apart');
    const woven = await fragments('interleave');

    expect(apart.map(({ index }) => index).slice(0, 2)).toEqual([0, 0]);
    expect(woven.map(({ index }) => index).slice(0, 4)).toEqual([0, 1, 0, 1]);
    expect(inputs(woven)).toEqual(inputs(apart));
    expect(JSON.parse(inputs(woven)[1] ?? '')).toEqual(WEATHER);
  });

  it('caches long prompts without being asked', async () => {
    const asked = { model: 'sim', messages: [{ role: 'user' as const, content: 'Hello '.repeat(1000) }] };
    await openai.chat.completions.create(asked);

    const { usage } = await openai.chat.completions.create(asked);

    expect(usage).toMatchObject({ prompt_tokens: 1500, prompt_tokens_details: { cached_tokens: 1500 } });
  });

  it('lists models, in the form that its callers know', async () => {
    const { data } = await openai.models.list();

    expect(data[0]).toMatchObject({ id: 'sim-small', object: 'model' });
  });

  it('refuses in its own words', async () => {
    const wrong = openai.chat.completions.create({ model: 'sim@status=429;retry-after=3', messages: HELLO });

    await expect(wrong).rejects.toMatchObject({ status: 429, code: 'rate_limit_exceeded', type: 'requests' });
  });
});
