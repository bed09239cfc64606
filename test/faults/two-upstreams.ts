import { expect } from '@jest/globals';
import { GatewayProcess, type MessagesTranscript, provider, readMessagesStream, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';

/** What the upstreams speak: the caller's own wire, or one that the gateway has to translate. */
export const WIRES = ['anthropic', 'openai'] as const;
export type Wire = (typeof WIRES)[number];

/** How the caller wants its answer. */
export const FORMS = ['whole', 'stream'] as const;
export type Form = (typeof FORMS)[number];

/** Every way in which one fault can be met, for `it.each`. */
export const EVERY_WAY: readonly (readonly [Wire, Form])[] = WIRES.flatMap((wire) =>
  FORMS.map((form) => [wire, form] as const),
);

/** Does something in all those ways at once. */
export const inEveryWay = async (act: (wire: Wire, form: Form) => Promise<void>): Promise<void> => {
  await Promise.all(EVERY_WAY.map(([wire, form]) => act(wire, form)));
};

/** What an upstream says of itself and its account beside every answer; none of it is the caller's business. */
const TELLTALES = [
  'header=set-cookie:session%3D1',
  'header=via:1.1 upstream',
  'header=server:upstream',
  'header=x-upstream-host:10.0.0.7',
].join(';');

/** An answer as its caller got it, and what it cost. */
export interface Seen {
  status: number;
  headers: Headers;
  text: string;
  /** Calls that each upstream saw because of this one. */
  sick: number;
  well: number;
}

/** An upstream that is told to fail and one that is well, behind one gateway. Routes lead to the first alone, or to both. */
export class TwoUpstreams {
  private constructor(
    readonly sick: Simulator,
    readonly well: Simulator,
    readonly gateway: GatewayProcess,
  ) {}

  /** `timeouts` are those of the sick one. */
  static async start(timeouts: Record<string, string> = {}): Promise<TwoUpstreams> {
    // A server that promises to keep connections for a second only is never sent a second request on one, so that a
    // broken connection is never taken for one that was idle for too long.
    const sick = await startSimulator({ keepAliveTimeoutMs: 1000 });
    const well = await startSimulator({ behaviour: TELLTALES });
    const starting = GatewayProcess.start(
      testConfig({
        providers: {
          'sick-anthropic': provider('anthropic', sick.url, { timeouts }),
          'sick-openai': provider('openai', `${sick.url}/v1`, { timeouts }),
          'well-anthropic': provider('anthropic', well.url),
          'well-openai': provider('openai', `${well.url}/v1`),
        },
        models: Object.fromEntries(EVERY_WAY.flatMap(([wire, form]) => routesOver(wire, form))),
      }),
    );
    // Else the upstreams would keep the process alive that could not use them.
    starting.catch(() => Promise.all([sick.close(), well.close()]));
    return new TwoUpstreams(sick, well, await starting);
  }

  async stop(): Promise<void> {
    await this.sick.close();
    await this.well.close();
    await this.gateway.stop();
  }

  /** Asks the sick upstream alone, which does what `fault` says. */
  alone(fault: string, wire: Wire, form: Form): Promise<Seen> {
    return this.ask(fault, { group: 'alone', wire, form });
  }

  /** Asks the sick upstream, with the well one behind it. */
  pair(fault: string, wire: Wire, form: Form): Promise<Seen> {
    return this.ask(fault, { group: 'pair', wire, form });
  }

  /** As if nobody had failed before. */
  private async ask(fault: string, way: Way): Promise<Seen> {
    await this.gateway.forgetHealth();
    return this.askAgain(fault, way);
  }

  /** With what the gateway has learnt from the calls before. */
  async askAgain(fault: string, way: Way): Promise<Seen> {
    const { sick, well, gateway } = this;
    const model = routeFor(way);
    sick.behave(`${TELLTALES};${fault}`);
    const sickCalls = callsFromNow(sick, model);
    const wellCalls = callsFromNow(well, model);
    const response = await gateway.post('/v1/messages', question(model, way.form));
    const text = await response.text();
    expectNoTelltales(response.headers, text);
    return { status: response.status, headers: response.headers, text, sick: sickCalls(), well: wellCalls() };
  }
}

/** Counts the calls to one route from now on, so that several faults can be met at the same time. */
const callsFromNow = ({ ledger }: Simulator, route: string): (() => number) => {
  const since = ledger.entries().at(-1)?.seq ?? 0;
  return () => ledger.entries({ since, model: route }).length;
};

/** The one question of these suites. */
export const question = (model: string, form: Form) => ({
  model,
  max_tokens: 24,
  stream: form === 'stream',
  messages: [{ role: 'user', content: 'Which way?' }],
});

/** What is asked, and how: each has a route of its own, so that those that are met at once do not share their health. */
interface Way {
  group: 'alone' | 'pair';
  wire: Wire;
  form: Form;
}

const routeFor = ({ group, wire, form }: Way): string => `${group}-${wire}-${form}`;

/** Upstreams know a model by the name of the route that led to it. */
const routesOver = (wire: Wire, form: Form): [string, object][] => {
  const [alone, pair] = [routeFor({ group: 'alone', wire, form }), routeFor({ group: 'pair', wire, form })];
  const targetsOf = (route: string) => [
    { provider: `sick-${wire}`, model: route },
    { provider: `well-${wire}`, model: route, tier: 2 },
  ];
  return [
    [alone, { targets: targetsOf(alone).slice(0, 1) }],
    [pair, { targets: targetsOf(pair) }],
  ];
};

/** What may never reach a caller, by name of a header or by word. */
const expectNoTelltales = (headers: Headers, text: string): void => {
  for (const [name] of headers)
    expect(name).not.toMatch(/^(set-cookie|via|server|x-upstream-.*|anthropic-.*|openai-.*|x-ratelimit-.*)$/);
  expect(headers.get('request-id')).toMatch(/^req_01[A-Za-z0-9]{22}$/);
  expect(text).not.toMatch(/<html|upstream-secret|no HTTP here/i);
};

/** The caller got a whole answer, as if nothing had happened. */
export const expectAnswer = (seen: Seen, form: Form): void => {
  expect(seen.status).toBe(200);
  const message = form === 'stream' ? readStream(seen) : (JSON.parse(seen.text) as Record<string, unknown>);
  expect(message).toMatchObject({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: expect.stringMatching(/^You said: Which way\? ./) }],
    stop_reason: 'end_turn',
  });
};

const readStream = (seen: Seen): Record<string, unknown> | undefined => {
  expect(seen.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const transcript = readMessagesStream(seen.text);
  expect(transcript.ending).toBe('whole');
  return transcript.message;
};

export interface Told {
  status: number;
  type: string;
}

/** The caller got an error in the one shape of errors, before anything else. Gives its message. */
export const expectError = (seen: Seen, told: Told): string => {
  const body = JSON.parse(seen.text) as { error: { type: string; message: string } };
  expect({ status: seen.status, type: body.error.type }).toEqual(told);
  expect(body).toEqual({
    type: 'error',
    error: expect.objectContaining({ message: expect.stringMatching(/./) }),
    request_id: seen.headers.get('request-id'),
  });
  expect(seen.headers.get('content-type')).toBe('application/json');
  expect(seen.headers.get('content-length')).toBe(String(Buffer.byteLength(seen.text)));
  return body.error.message;
};

/** The caller got a part of a stream and then, as its last event, an error of this type. Gives what it got. */
export const expectBroken = (seen: Seen, type: string): MessagesTranscript => {
  expect(seen.status).toBe(200);
  const transcript = readMessagesStream(seen.text);
  expect(transcript.ending).toBe('error');
  expect(transcript.events.at(-1)).toEqual({
    type: 'error',
    error: expect.objectContaining({ type, message: expect.stringMatching(/./) }),
    request_id: seen.headers.get('request-id'),
  });
  expect(transcript.events.some((event) => event.type === 'message_stop')).toBe(false);
  return transcript;
};
