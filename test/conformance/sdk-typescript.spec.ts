import type {
  ContentBlock,
  Message,
  MessageCreateParamsNonStreaming,
  MessageParam,
  RawMessageStreamEvent,
} from '@anthropic-ai/sdk/resources/messages';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, TEST_KEY } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { HELLO, PICTURE_URL, PICTURES, PIXEL, THINKING, THREE_TURNS, WEATHER_TOOL } from './conversation.js';
import { BROKEN_STREAM, ERROR_CASES } from './error-cases.js';
import { LANES, startLane } from './lane.js';
import { type Sdk, TYPESCRIPT_CLIENTS } from './typescript-clients.js';

const REQUEST_ID = /^req_\w+$/;

type Ask = (params: MessageCreateParamsNonStreaming) => Promise<Message>;

/** Lets the model call its tool in two turns and speak in the third; `ask` is one way to call the client. */
const converse = async (ask: Ask, more: Partial<MessageCreateParamsNonStreaming>) => {
  const messages: MessageParam[] = [{ role: 'user', content: 'Is it going to rain?' }];
  const answers: Message[] = [];
  for (const model of THREE_TURNS) {
    const answer = await ask({ max_tokens: 4096, tools: [WEATHER_TOOL], messages: [...messages], ...more, model });
    answers.push(answer);
    const results = answer.content
      .filter((block) => block.type === 'tool_use')
      .map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: `Rain, ${answers.length}` }));
    messages.push({ role: 'assistant', content: answer.content }, { role: 'user', content: results });
  }
  return answers;
};

const typesOf = ({ content }: Message): string[] => content.map(({ type }) => type);

const thinkingIn = (content: readonly ContentBlock[]) =>
  content.filter((block) => block.type === 'thinking').map(({ thinking, signature }) => ({ thinking, signature }));

describe.each(LANES)('through the gateway, %s,', (lane) => {
  let simulator: Simulator;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    simulator = await startSimulator({ keepBodies: 10 });
    gateway = await startLane(lane, simulator.url);
  });
  beforeEach(() => {
    simulator.ledger.clear();
    return gateway.forgetHealth();
  });
  afterAll(() => Promise.all([gateway?.stop(), simulator?.close()]));

  describe.each(TYPESCRIPT_CLIENTS)('$name', ({ Sdk, version }) => {
    const clientWith = (apiKey: string): InstanceType<Sdk> => new Sdk({ baseURL: gateway.url, apiKey, maxRetries: 0 });
    const client = () => clientWith(TEST_KEY);
    const upstreamBody = (): unknown => JSON.parse(simulator.ledger.body(1)?.toString() ?? '');

    it('creates a message', async () => {
      const message = await client().messages.create({ ...HELLO, model: 'claude-opus-4-5' });

      expect(message).toMatchObject({
        type: 'message',
        role: 'assistant',
        stop_reason: 'end_turn',
        stop_sequence: null,
      });
      expect(message.id).toMatch(/^msg_/);
      expect(message.content).toEqual([
        expect.objectContaining({ type: 'text', text: expect.stringContaining('Good morning') }),
      ]);
      expect(message.usage.input_tokens).toBeGreaterThan(0);
      expect(message.usage.output_tokens).toBeGreaterThan(0);
      expect(message).toHaveProperty('_request_id', expect.stringMatching(REQUEST_ID));
    });

    it("keeps the caller's key from the upstream", async () => {
      await client().messages.create({ ...HELLO, model: 'sim' });

      const [entry] = simulator.ledger.entries({});
      expect(entry?.credential).toBe('upstream-secret');
      expect(JSON.stringify(entry?.headers)).not.toContain(TEST_KEY);
    });

    it('streams the same message, event by event and put together', async () => {
      const whole = await client().messages.create({ ...HELLO, model: 'sim' });
      const events: RawMessageStreamEvent[] = [];
      for await (const event of await client().messages.create({ ...HELLO, model: 'sim', stream: true }))
        events.push(event);
      const stream = client().messages.stream({ ...HELLO, model: 'sim' });
      const heard: string[] = [];
      stream.on('text', (piece) => heard.push(piece));
      const message = await stream.finalMessage();

      expect(events.at(0)?.type).toBe('message_start');
      expect(events.at(-1)?.type).toBe('message_stop');
      expect(message.content).toMatchObject([{ type: 'text', text: heard.join('') }]);
      expect(message.content).toMatchObject(
        whole.content.map(({ type, ...block }) => ({ type, ...('text' in block && { text: block.text }) })),
      );
      expect(message.stop_reason).toBe('end_turn');
      expect(message.usage.input_tokens).toBe(whole.usage.input_tokens);
      expect(message.usage.output_tokens).toBe(whole.usage.output_tokens);
      expect(stream.request_id).toMatch(REQUEST_ID);
    });

    it('stops at a stop sequence and names it', async () => {
      const params = { ...HELLO, model: 'sim@text=one%20two%20three', stop_sequences: ['two'] };
      const message = await client().messages.create(params);

      expect(message.content).toMatchObject([{ type: 'text', text: expect.stringMatching(/^one\s?$/) }]);
      // Chat Completions does not tell a stop sequence from the natural end.
      const named = { stop_reason: 'stop_sequence', stop_sequence: 'two' };
      expect(message).toMatchObject(lane === 'pass-through' ? named : { stop_reason: 'end_turn', stop_sequence: null });
    });

    it.each(['whole', 'streamed'])('calls tools over three turns, %s', async (way) => {
      const ask: Ask =
        way === 'whole'
          ? (params) => client().messages.create(params)
          : (params) => client().messages.stream(params).finalMessage();
      const answers = await converse(ask, {});

      expect(answers.map(({ stop_reason }) => stop_reason)).toEqual(['tool_use', 'tool_use', 'end_turn']);
      expect(answers.map(typesOf)).toEqual([['text', 'tool_use'], ['text', 'tool_use'], ['text']]);
      const [call] = answers[0]?.content.filter((block) => block.type === 'tool_use') ?? [];
      expect(call).toMatchObject({
        name: 'get_weather',
        input: { city: expect.any(String), days: expect.any(Number) },
      });
      expect(answers[2]?.content).toMatchObject([{ text: expect.stringContaining('Rain, 2') }]);
    });

    it.each(['whole', 'streamed'])('thinks over three turns and gives its signatures back, %s', async (way) => {
      const ask: Ask =
        way === 'whole'
          ? (params) => client().messages.create(params)
          : (params) => client().messages.stream(params).finalMessage();
      const answers = await converse(ask, { thinking: THINKING });

      expect(answers.map(typesOf)).toEqual([
        ['thinking', 'text', 'tool_use'],
        ['thinking', 'text', 'tool_use'],
        ['thinking', 'text'],
      ]);
      expect(answers.flatMap(({ content }) => thinkingIn(content))).toEqual(
        Array.from({ length: 3 }, () => ({
          thinking: expect.stringMatching(/\w/),
          signature: expect.stringMatching(/^\S{20,}$/),
        })),
      );
    });

    it('signs the same thought alike, whole and streamed', async () => {
      const params = { ...HELLO, max_tokens: 4096, model: 'deepseek', thinking: THINKING };
      const whole = await client().messages.create(params);
      const streamed = await client().messages.stream(params).finalMessage();

      expect(thinkingIn(whole.content)).toHaveLength(1);
      expect(thinkingIn(streamed.content)).toEqual(thinkingIn(whole.content));
    });

    it('is refused a thought that was altered', async () => {
      const params = {
        ...HELLO,
        max_tokens: 4096,
        model: 'deepseek@tools=1',
        thinking: THINKING,
        tools: [WEATHER_TOOL],
      };
      const answer = await client().messages.create(params);
      const altered = answer.content.map((block) =>
        block.type === 'thinking' ? { ...block, thinking: 'Quite another' } : block,
      );
      const results = answer.content
        .filter((block) => block.type === 'tool_use')
        .map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id, content: 'Rain' }));
      const replay: MessageParam[] = [
        ...HELLO.messages,
        { role: 'assistant', content: altered },
        { role: 'user', content: results },
      ];

      await expect(client().messages.create({ ...params, messages: replay })).rejects.toThrow(
        // Clients tell the fault by these words.
        'Invalid signature in thinking block',
      );
    });

    it('shows pictures', async () => {
      const message = await client().messages.create({ ...HELLO, model: 'claude-opus-4-5', messages: PICTURES });

      expect(message.content).toMatchObject([{ type: 'text' }]);
      const seen = JSON.stringify(upstreamBody());
      expect(seen).toContain(PIXEL);
      expect(seen).toContain(PICTURE_URL);
    });

    it('counts tokens', async () => {
      const params = { model: 'sim', system: 'Be kind.', messages: HELLO.messages, tools: [WEATHER_TOOL] };
      const { data, response } = await client().messages.countTokens(params).withResponse();

      expect(data.input_tokens).toBeGreaterThan(10);
      expect(response.headers.get('x-switchyard-estimate')).toBe(lane === 'translated' ? 'tokenx' : null);
    });

    it('lists models page by page, and finds one by its name and by its alias', async () => {
      const ids: string[] = [];
      for await (const model of client().models.list({ limit: 1 })) ids.push(model.id);
      const byName = await client().models.retrieve('claude-sonnet-4-5');
      const byAlias = await client().models.retrieve('claude-sonnet-4-5-20250929');

      expect(ids).toEqual(['claude-sonnet-4-5', 'claude-opus-4-5']);
      expect(byName).toMatchObject({
        id: 'claude-sonnet-4-5',
        type: 'model',
        display_name: 'Claude Sonnet 4.5',
        created_at: expect.stringMatching(/^2025-09-29T/),
      });
      expect(byAlias).toEqual(byName);
    });

    it('calls the beta methods, which put a query behind the path', async () => {
      const message = await client().beta.messages.create({
        ...HELLO,
        model: 'sim',
        betas: ['context-management-2025-06-27'],
      });
      const stream = client().beta.messages.stream({ ...HELLO, model: 'sim' });

      expect(message.content).toMatchObject([{ type: 'text' }]);
      expect((await stream.finalMessage()).content).toMatchObject([{ type: 'text' }]);
      if (lane === 'pass-through')
        expect(simulator.ledger.entries({})[0]?.headers['anthropic-beta']).toBe('context-management-2025-06-27');
    });

    it('may set a temperature only in the version of the API that has one', async () => {
      const asking = client().messages.create({ ...HELLO, model: 'sim', temperature: 0.5 } as typeof HELLO & {
        model: string;
      });

      if (version === '2023-06-01') expect(await asking).toMatchObject({ type: 'message' });
      else await expect(asking).rejects.toThrow('temperature: Extra inputs are not permitted');
    });

    it('asks once with a key that nobody has, whatever its patience', async () => {
      const asking = new Sdk({ baseURL: gateway.url, apiKey: 'sk-nobody-0123456789' }).messages.create({
        ...HELLO,
        model: 'sim',
      });

      const error = await asking.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(Sdk.AuthenticationError);
      const { requestID } = error as InstanceType<Sdk['APIError']>;
      await gateway.loggedCall(requestID ?? null);
      expect(gateway.log.slice(gateway.log.findIndex((line) => line.request_id === requestID))).toHaveLength(1);
    });

    it('raises 413 for a request of more than 32 MB', async () => {
      const messages = [{ role: 'user' as const, content: 'x'.repeat(32 * 1024 * 1024) }];

      await expect(client().messages.create({ ...HELLO, model: 'sim', messages })).rejects.toMatchObject({
        status: 413,
        error: { error: { type: 'request_too_large' } },
      });
    });

    it.each(ERROR_CASES)('raises $status for $what', async ({ key, model, status, type, classes, message }) => {
      const failed = clientWith(key).messages.create({ ...HELLO, model });
      const error: unknown = await failed.then(
        () => undefined,
        (reason: unknown) => reason,
      );

      const expected = classes.map((name) => Reflect.get(Sdk, name) as unknown).find((found) => found !== undefined);
      expect(error).toBeInstanceOf(expected);
      expect(error).toMatchObject({
        status,
        requestID: expect.stringMatching(REQUEST_ID),
        error: { type: 'error', error: { type, message: expect.stringContaining(message ?? '') } },
      });
      expect(error).toHaveProperty('error.request_id', Reflect.get(error as object, 'requestID'));
    });

    it('raises the error in the middle of a stream, with its type and its request id', async () => {
      const events: RawMessageStreamEvent[] = [];
      const reading = (async () => {
        const stream = await client().messages.create({ ...HELLO, model: BROKEN_STREAM.model, stream: true });
        for await (const event of stream) events.push(event);
      })();

      await expect(reading).rejects.toBeInstanceOf(Sdk.APIError);
      await expect(reading).rejects.toMatchObject({
        requestID: expect.stringMatching(REQUEST_ID),
        error: { type: 'error', error: { type: BROKEN_STREAM.type }, request_id: expect.stringMatching(REQUEST_ID) },
      });
      expect(events.map(({ type }) => type)).toContain('content_block_delta');
      await gateway.forgetHealth();
      await expect(
        client()
          .messages.stream({ ...HELLO, model: BROKEN_STREAM.model })
          .finalMessage(),
      ).rejects.toBeInstanceOf(Sdk.APIError);
    });
  });
});
