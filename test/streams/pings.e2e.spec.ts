import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, readMessagesStream, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';

/** Longer than the silence after which a ping is due, and shorter than twice that. */
const SILENCE = 17_000;
const SLOW = 40_000;

/** How the answers of this suite come about, by the model that is asked for. All are asked for at once, since all take long. */
const ASKED = {
  'before the head': `sim@delay=${SILENCE}`,
  'before the first event': `sim@first-byte=${SILENCE}`,
  'before content': `sim@silence=${SILENCE};at=1e`,
  'in the middle': `sim@silence=${SILENCE};at=8e`,
  'in the middle, translated': `chat@silence=${SILENCE};at=6e`,
  'then an error': `sim@delay=${SILENCE};status=500`,
  'then a cut': `sim@silence=${SILENCE};at=8e;cut=8e`,
  'then an error that another makes good': `pair@delay=${SILENCE};status=500`,
} as const;

type Case = keyof typeof ASKED;

describe('a silence of more than 15 seconds', () => {
  let upstream: Simulator;
  let well: Simulator;
  let gateway: GatewayProcess;
  let answers: Map<string, Promise<Response>>;
  let whole: Promise<Response>;

  const ask = (model: string, stream: boolean) =>
    gateway.post('/v1/messages', { model, max_tokens: 64, stream, messages: [{ role: 'user', content: 'Hello' }] });

  const answerOf = async (asked: Case) => {
    const response = await answers.get(asked);
    const { events, ending } = readMessagesStream((await response?.text()) ?? '');
    const attempts = response?.headers.get('x-switchyard-attempts');
    return { status: response?.status, attempts, events, ending, types: events.map(({ type }) => type) };
  };

  beforeAll(async () => {
    upstream = await startSimulator();
    well = await startSimulator();
    gateway = await GatewayProcess.start(
      testConfig({
        providers: {
          sick: provider('anthropic', upstream.url),
          chat: provider('openai', `${upstream.url}/v1`),
          well: provider('anthropic', well.url),
        },
        models: {
          'sim*': { targets: [{ provider: 'sick' }] },
          'chat*': { targets: [{ provider: 'chat' }] },
          'pair*': { targets: [{ provider: 'sick' }, { provider: 'well', model: 'sim', tier: 2 }] },
        },
      }),
    );
    answers = new Map(Object.entries(ASKED).map(([asked, model]) => [asked, ask(model, true)]));
    whole = ask(`sim@delay=${SILENCE}`, false);
  });

  afterAll(async () => {
    await upstream.close();
    await well.close();
    await gateway.stop();
  });

  it.each(['before the head', 'before the first event', 'before content'] as const)(
    '%s is broken by a ping before all else',
    async (asked) => {
      const { types, ending } = await answerOf(asked);
      expect(types.slice(0, 3)).toEqual(['ping', 'message_start', 'content_block_start']);
      expect(ending).toBe('whole');
    },
    SLOW,
  );

  it.each(['in the middle', 'in the middle, translated'] as const)(
    '%s is broken by a ping between two deltas',
    async (asked) => {
      const { types, ending } = await answerOf(asked);
      expect(types.join(' ')).toMatch(/content_block_delta ping content_block_delta/);
      expect(ending).toBe('whole');
    },
    SLOW,
  );

  it.each(['then an error', 'then a cut'] as const)(
    '%s ends with an error event, since the status has been sent',
    async (asked) => {
      const { status, types, events, ending } = await answerOf(asked);
      expect([status, ending]).toEqual([200, 'error']);
      expect(types).toContain('ping');
      expect(events.at(-1)).toMatchObject({ type: 'error', error: { type: 'api_error' } });
    },
    SLOW,
  );

  it(
    'does not keep another upstream from making good an error',
    async () => {
      const { attempts, types, ending } = await answerOf('then an error that another makes good');
      // The head had to be sent before anybody had answered.
      expect(attempts).toBe('sick/main/*=pending');
      expect(types.slice(0, 2)).toEqual(['ping', 'message_start']);
      expect(ending).toBe('whole');
      expect(well.ledger.counts()).toMatchObject({ seen: 1, answered: 1 });
    },
    SLOW,
  );

  it(
    'is no matter in an answer that is not streamed',
    async () => {
      const response = await whole;
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ type: 'message', stop_reason: 'end_turn' });
    },
    SLOW,
  );
});
