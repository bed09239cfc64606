import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ConfiguredProvider } from '#platform';
import { checkLive } from './live-check.js';

const TIMEOUTS = { connectMs: 1000, firstByteMs: 1000, idleMs: 1000, totalMs: 1000 };

describe('a live check', () => {
  let server: Server;
  let base: string;
  let calls: { url: string | undefined; headers: IncomingHttpHeaders }[];
  let status: number;

  beforeEach(async () => {
    calls = [];
    server = createServer(({ url, headers }, response) => {
      calls.push({ url, headers });
      response.writeHead(status, { location: `${base}/elsewhere` }).end('{}');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    base = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
  });

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  });

  const provider = (kind: 'anthropic' | 'openai', baseUrl: string): ConfiguredProvider => ({
    name: 'p',
    kind,
    baseUrl,
    timeouts: TIMEOUTS,
    credentials: [
      { name: 'a', apiKey: 'key-a', fingerprint: 'a', limits: undefined },
      { name: 'b', apiKey: 'key-b', fingerprint: 'b', limits: undefined },
    ],
  });

  it('asks a provider of the Messages API for its models, once with each key', async () => {
    status = 200;
    const answers = await checkLive([provider('anthropic', base)]);

    expect(calls.map(({ url }) => url)).toEqual(['/v1/models', '/v1/models']);
    expect(new Set(calls.map(({ headers }) => headers['x-api-key']))).toEqual(new Set(['key-a', 'key-b']));
    expect(calls[0]?.headers['anthropic-version']).toBe('2023-06-01');
    expect(answers).toEqual([
      { provider: 'p', credential: 'a', status: 200, ms: expect.any(Number), works: true, note: 'works' },
      { provider: 'p', credential: 'b', status: 200, ms: expect.any(Number), works: true, note: 'works' },
    ]);
  });

  it('asks a provider of Chat Completions at its own path, with a bearer token', async () => {
    status = 200;
    await checkLive([provider('openai', `${base}/v1`)]);

    expect(calls[0]?.url).toBe('/v1/models');
    expect(new Set(calls.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer key-a', 'Bearer key-b']),
    );
  });

  it.each([
    [401, false, 'refuses this key'],
    [403, false, 'refuses this key'],
    [404, true, 'answers, but lists no models: the key is untested'],
    [429, false, 'is limiting this key'],
    [503, false, 'is not well'],
  ])('takes %d for what it means', async (given, works, note) => {
    status = given;

    expect((await checkLive([provider('openai', base)]))[0]).toMatchObject({ status: given, works, note });
  });

  it('does not carry a key to where it is redirected', async () => {
    status = 302;
    const answers = await checkLive([provider('anthropic', base)]);

    expect(answers[0]).toMatchObject({ status: 302, works: false, note: expect.stringContaining('redirects') });
    expect(calls).toHaveLength(2);
  });
});
