import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type GatewayProcess, readMessagesStream } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { THINKING, WEATHER_TOOL } from './conversation.js';
import { LANES, startLane } from './lane.js';

const PLAIN = { max_tokens: 4096, stream: true, messages: [{ role: 'user' as const, content: 'Say something' }] };
const WITH_TOOLS = { ...PLAIN, tools: [WEATHER_TOOL, { ...WEATHER_TOOL, name: 'get_tides' }] };
const WITH_THINKING = { ...PLAIN, thinking: THINKING };
const HIDDEN = { ...PLAIN, thinking: { ...THINKING, display: 'omitted' } };

type Scenario = [name: string, request: object, directives: string, stopReason: string];

/** Everything that a healthy upstream does, however it sends it. */
const WHOLE: readonly Scenario[] = [
  ['a text', PLAIN, '', 'end_turn'],
  ['a long text', PLAIN, 'bytes=100000', 'end_turn'],
  [
    'text of more than one byte a character',
    PLAIN,
    'text=%C3%A9%E2%82%AC%F0%9F%98%80%20%E4%BD%A0%E5%A5%BD',
    'end_turn',
  ],
  ['a text in fragments of one byte', PLAIN, 'chunk=1', 'end_turn'],
  ['a text in fragments of seven bytes', PLAIN, 'chunk=7', 'end_turn'],
  ['a text with pauses', PLAIN, 'gap=2', 'end_turn'],
  ['a text with comments in a silence', PLAIN, 'silence=100;at=3e', 'end_turn'],
  ['no text at all', PLAIN, 'tokens=0', 'end_turn'],
  ['a text that is too long', { ...PLAIN, max_tokens: 3 }, 'tokens=20', 'max_tokens'],
  ['a refusal', PLAIN, 'stop=content_filter', 'refusal'],
  ['a tool call', WITH_TOOLS, 'tools=1', 'tool_use'],
  ['several tool calls', WITH_TOOLS, 'tools=4', 'tool_use'],
  ['several tool calls, their pieces mixed', WITH_TOOLS, 'tools=4;interleave', 'tool_use'],
  ['a tool call in fragments of one byte', WITH_TOOLS, 'tools=1;chunk=1', 'tool_use'],
  ['a thought', WITH_THINKING, 'thinking=5', 'end_turn'],
  ['a thought that is not shown', HIDDEN, 'thinking=5', 'end_turn'],
  ['a thought and tool calls', { ...WITH_TOOLS, thinking: THINKING }, 'thinking=5;tools=2', 'tool_use'],
  ['the manners of another vendor', PLAIN, 'deepseek', 'end_turn'],
];

/** Everything that can go wrong, at the places where it matters. */
const BROKEN = [
  ...[0, 1, 2, 3, 5].flatMap((event) =>
    ['cut', 'reset', 'end'].map((fault) => `${fault}=${event}e`).concat(`error-event=overloaded_error;at=${event}e`),
  ),
  ...['cut', 'reset', 'end'].map((fault) => `${fault}=700b`),
  'cut',
  'reset',
  ...['html', 'error', 'empty', 'garbage', 'json'].map((body) => `body=${body}`),
  'gzip',
  'status=500',
  'status=302',
  'status=500;body=html',
];

/** Garbage between the events. Where they pass through unread, so does it, and the clients refuse it. */
const GARBAGE = [0, 1, 2, 3, 5].map((event) => `garbage=${event}e`);

describe.each(LANES)('what the gateway emits, %s,', (lane) => {
  let simulator: Simulator;
  let gateway: GatewayProcess;
  beforeAll(async () => {
    simulator = await startSimulator();
    gateway = await startLane(lane, simulator.url);
  });
  beforeEach(() => gateway.forgetHealth());
  afterAll(() => Promise.all([gateway?.stop(), simulator?.close()]));

  const ask = (request: object, directives: string): Promise<Response> =>
    gateway.post('/v1/messages', { ...request, model: `sim@${directives}` });

  it.each(WHOLE)('for %s is a whole answer in the grammar', async (_name, request, directives, stopReason) => {
    const answered = await ask(request, directives);
    const { ending, message } = readMessagesStream(await answered.text());

    expect(answered.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect({ ending, stop_reason: message?.stop_reason }).toEqual({ ending: 'whole', stop_reason: stopReason });
  });

  it.each(WHOLE)('for %s is the same streamed and whole', async (_name, request, directives) => {
    const streamed = readMessagesStream(await (await ask(request, directives)).text()).message ?? {};
    const whole = (await (await ask({ ...request, stream: false }, directives)).json()) as Record<string, unknown>;

    expect(streamed.content).toEqual(whole.content);
    expect(streamed.stop_reason).toEqual(whole.stop_reason);
    expect(whole).toMatchObject({ type: 'message', role: 'assistant', stop_sequence: null });
  });

  it.each([...BROKEN, ...(lane === 'translated' ? GARBAGE : [])])('for %s is an error', async (directives) => {
    const answered = await ask(PLAIN, directives);
    const emitted = await answered.text();

    if (answered.ok) expect(readMessagesStream(emitted).ending).toBe('error');
    else expect(JSON.parse(emitted)).toMatchObject({ type: 'error', error: { message: expect.any(String) } });
  });
});
