import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, type RawRequest, type RawUpstream, startRawUpstream, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';

const MESSAGE = JSON.stringify({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'sim',
  content: [],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
});

/** Without any hint of how long the connection is kept. */
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${MESSAGE.length}\r\n\r\n${MESSAGE}`;

const question = (stream: boolean) => ({
  model: 'sim',
  max_tokens: 16,
  stream,
  messages: [{ role: 'user', content: 'Hello' }],
});

const startGateway = (url: string): Promise<GatewayProcess> =>
  GatewayProcess.start(
    testConfig({ providers: { a: provider('anthropic', url) }, models: { sim: { targets: [{ provider: 'a' }] } } }),
  );

/** What a test has to itself, so that it may run beside another. */
class Place {
  answer: (request: RawRequest) => void = () => undefined;

  private constructor(
    readonly upstream: RawUpstream,
    private readonly gateway: GatewayProcess,
  ) {}

  /** The test that is given a place. */
  static with(test: (place: Place) => Promise<void>): () => Promise<void> {
    return async () => {
      const upstream = await startRawUpstream((request) => place.answer(request));
      const place = new Place(upstream, await startGateway(upstream.url));
      try {
        await test(place);
      } finally {
        await Promise.all([upstream.close(), place.gateway.stop()]);
      }
    };
  }

  async ask() {
    const response = await this.gateway.post('/v1/messages', question(false));
    return { status: response.status, text: await response.text(), headers: response.headers };
  }
}

describe('a connection to an upstream', () => {
  it.concurrent(
    'that the upstream drops as the next request comes is replaced, and nobody is told',
    Place.with(async (place) => {
      place.answer = ({ socket, nth }) => (nth === 1 ? socket.write(ANSWER) : socket.destroy());
      for (let call = 0; call < 10; call++) {
        const { status, text } = await place.ask();
        expect([status, text]).toEqual([200, MESSAGE]);
      }
      // Each second call finds a kept connection, loses it, and is sent once more on a fresh one.
      expect(place.upstream.requests).toBeGreaterThan(10);
      expect(place.upstream.requests).toBeLessThanOrEqual(20);
    }),
  );

  it.concurrent(
    'that is reset as the next request comes is replaced too',
    Place.with(async (place) => {
      place.answer = ({ socket, nth }) => (nth === 1 ? socket.write(ANSWER) : socket.resetAndDestroy());
      for (let call = 0; call < 10; call++) expect((await place.ask()).status).toBe(200);
    }),
  );

  it.concurrent(
    'is replaced once a call and no more',
    Place.with(async (place) => {
      place.answer = ({ socket }) => socket.write(ANSWER);
      expect((await place.ask()).status).toBe(200);
      place.answer = ({ socket }) => socket.destroy();
      const { status, headers } = await place.ask();
      expect([status, headers.get('x-switchyard-attempts')]).toEqual([
        502,
        expect.stringMatching(/^a\/main\/\S+=reset$/),
      ]);
      expect(place.upstream.requests).toBe(3);
    }),
  );

  it.concurrent(
    'is not replaced for what has come on it',
    Place.with(async (place) => {
      place.answer = ({ socket, nth }) => socket.write(nth === 1 ? ANSWER : 'HTTP/1.1 OK\r\n\r\n');
      expect((await place.ask()).status).toBe(200);
      expect((await place.ask()).status).toBe(502);
      expect(place.upstream.requests).toBe(2);
    }),
  );

  it.concurrent(
    'that is kept just as long as the pause between two calls loses none',
    Place.with(async (place) => {
      place.answer = ({ socket }) => {
        socket.setTimeout(50, () => socket.end());
        socket.write(ANSWER);
      };
      const outcomes = new Set<string>();
      const caller = async (_value: unknown, index: number): Promise<void> => {
        for (let call = 0; call < 20; call++) {
          const { status, headers } = await place.ask();
          outcomes.add(status === 200 ? 'answered' : `${status} after ${headers.get('server-timing')}`);
          await pause(44 + index);
        }
      };
      await Promise.all(Array.from({ length: 10 }, caller));
      expect([...outcomes]).toEqual(['answered']);
      expect(place.upstream.connections).toBeGreaterThan(10);
    }),
  );

  it.concurrent.each([
    ['another answer', ANSWER.replaceAll('msg_1', 'msg_2')],
    ['noise', '\u0000\u0001 no HTTP \r\n\r\n'],
  ])('on which %s comes unasked is not used again', (_what, extra) =>
    Place.with(async (place) => {
      place.answer = ({ socket }) => {
        socket.write(ANSWER);
        socket.write(extra);
      };
      for (let call = 0; call < 20; call++) {
        const { status, text } = await place.ask();
        expect([status, text]).toEqual([200, MESSAGE]);
      }
      expect(place.upstream.requests).toBe(place.upstream.connections);
    })(),
  );
});

describe('connections to an upstream', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;

  const ask = async (stream: boolean): Promise<string> => {
    const response = await gateway.post('/v1/messages', question(stream));
    return response.text();
  };

  beforeAll(async () => {
    upstream = await startSimulator();
    gateway = await startGateway(upstream.url);
  });

  afterAll(async () => {
    await upstream.close();
    await gateway.stop();
  });

  it('survive answers, streams and refusals', async () => {
    const raw = await startRawUpstream(({ socket, nth }) =>
      socket.write(nth % 2 === 1 ? ANSWER : ANSWER.replace('200 OK', '400 Bad Request')),
    );
    const before = await startGateway(raw.url);
    for (let call = 0; call < 20; call++) await (await before.post('/v1/messages', question(false))).text();
    expect([raw.requests, raw.connections]).toEqual([20, 1]);
    await raw.close();
    await before.stop();
  });

  it('that bring an answer too many harm no call after it', async () => {
    upstream.behave('poison');
    for (let call = 0; call < 30; call++) {
      const text = await ask(call % 2 === 0);
      expect(text).toContain('end_turn');
      expect(text).not.toContain('two');
    }
  });
});
