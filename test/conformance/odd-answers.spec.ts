import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, readMessagesStream, TEST_ADMIN_KEY, TEST_KEY } from '#testing';
import { LANES, startLane } from './lane.js';
import { ODD_ANSWERS, oddModel, playOdd, SAID } from './odd-answers.js';
import { type PlaybackUpstream, startPlayback } from './playback-upstream.js';
import { describeEachPython, runPython } from './python.js';
import { type Sdk, TYPESCRIPT_CLIENTS } from './typescript-clients.js';

const HELLO = { max_tokens: 500, messages: [{ role: 'user' as const, content: 'Hi' }] };

type Client = InstanceType<Sdk>;

/** What a client has read in the end. */
type Read = (client: Client, model: string) => Promise<string>;

const readEvents: Read = async (client, model) => {
  let text = '';
  for await (const event of await client.messages.create({ ...HELLO, model, stream: true }))
    if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
  return text;
};

const readFinal: Read = async (client, model) => {
  const { content } = await client.messages.stream({ ...HELLO, model }).finalMessage();
  return content.map((block) => (block.type === 'text' ? block.text : block.type)).join('');
};

/** What became of an answer for a client: `whole`, `error`, or what it was left with. */
const outcomeOf = async (Sdk: Sdk, reading: Promise<string>): Promise<string> => {
  try {
    const said = await reading;
    return said === SAID ? 'whole' : `left with "${said}"`;
  } catch (error) {
    return error instanceof Sdk.APIError ? 'error' : `raised ${String(error)}`;
  }
};

describe.each(LANES)('an upstream whose answer has, %s,', (lane) => {
  const cases = ODD_ANSWERS[lane].map((odd, index) => ({ ...odd, model: oddModel(index) }));
  // A client either gets the whole answer or raises an error of its own API's kind: there is no third outcome.
  const readable = cases
    .filter(({ becomes }) => becomes !== 'unread')
    .map((odd) => ({ ...odd, outcome: odd.becomes === 'error' ? 'error' : 'whole' }));
  let upstream: PlaybackUpstream;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    upstream = await startPlayback(playOdd(lane));
    gateway = await startLane(lane, upstream.url);
  });
  beforeEach(() => gateway.forgetHealth());
  afterAll(() => Promise.all([gateway?.stop(), upstream?.close()]));

  it.each(cases)('$what: becomes $becomes', async ({ model, becomes, body }) => {
    const answered = await gateway.post('/v1/messages', { ...HELLO, model, stream: true });
    const emitted = await answered.text();

    if (becomes === 'unchanged' || becomes === 'unread') expect(emitted).toBe(body);
    else if (answered.ok) expect(readMessagesStream(emitted).ending).toBe(becomes);
    else expect(JSON.parse(emitted)).toMatchObject({ type: becomes, request_id: expect.any(String) });
  });

  describe.each(TYPESCRIPT_CLIENTS)('$name', ({ Sdk }) => {
    it.each(readable)('$what: $outcome', async ({ model, outcome }) => {
      const client = new Sdk({ baseURL: gateway.url, apiKey: TEST_KEY, maxRetries: 0 });

      expect(await outcomeOf(Sdk, readEvents(client, model))).toBe(outcome);
      await gateway.forgetHealth();
      expect(await outcomeOf(Sdk, readFinal(client, model))).toBe(outcome);
    });
  });

  describeEachPython((python) => {
    const outcomes = new Map<string, string[]>();
    beforeAll(async () => {
      const models = readable.map(({ model }) => model);
      const keys = { key: TEST_KEY, admin_key: TEST_ADMIN_KEY };
      const argument = { url: gateway.url, ...keys, hello: HELLO, said: SAID, models };
      const printed = await runPython(python, { script: 'odd_answers.py', argument });
      for (const line of printed.trim().split('\n')) {
        const { model, read } = JSON.parse(line) as { model: string; read: string[] };
        outcomes.set(model, read);
      }
    });

    it.each(readable)('$what: $outcome', ({ model, outcome }) => {
      expect(outcomes.get(model)).toEqual([outcome, outcome]);
    });
  });
});
