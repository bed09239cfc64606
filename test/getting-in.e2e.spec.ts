import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, TEST_KEY, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../apps/simulator/src/simulator.js';

const OTHER_KEY = 'sk-other-0123456789abcdef';
const EXPIRED_KEY = 'sk-expired-0123456789abcd';

/** Every route there is, and whether it may be had without a key. A new route has to be put here. */
const ROUTES: [method: string, path: string, open: boolean][] = [
  ['GET', '/health/live', true],
  ['GET', '/health/ready', true],
  ['GET', '/metrics', true],
  ['POST', '/v1/messages', false],
  ['POST', '/v1/messages/count_tokens', false],
  ['GET', '/v1/models', false],
  ['GET', '/v1/models/claude-test', false],
  ['POST', '/anthropic/v1/messages', false],
  ['POST', '/anthropic/v1/messages/count_tokens', false],
  ['GET', '/anthropic/v1/models', false],
  ['GET', '/anthropic/v1/models/claude-test', false],
];

/** Ways to spell a path so that a careless router takes it for another. */
const disguised = (path: string): string[] => [
  `${path}/`,
  `/${path}`,
  path.toUpperCase(),
  path.replace('v1', 'v%31'),
  `${path};x=1`,
  `/health/live/..${path}`,
  `${path}%2f`,
  `/health/live?/..${path}`,
];

describe('getting in', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;
  const bodyFor = (path: string): string => {
    const counted = { model: 'claude-test', messages: [{ role: 'user', content: 'Hello' }] };
    return JSON.stringify(path.endsWith('count_tokens') ? counted : { ...counted, max_tokens: 16 });
  };

  const send = (method: string, path: string, headers: Record<string, string>) =>
    fetch(gateway.url + path, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      body: method === 'POST' ? bodyFor(path) : undefined,
    });

  beforeAll(async () => {
    upstream = await startSimulator();
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url) },
        models: { 'claude-test': { targets: [{ provider: 'a' }] }, 'claude-other': { targets: [{ provider: 'a' }] } },
        keys: [
          { name: 'test', secret: TEST_KEY },
          { name: 'other', secret: OTHER_KEY, models: ['claude-o*'] },
          { name: 'expired', secret: EXPIRED_KEY, expires: '2020-01-01' },
        ],
      }),
    );
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
  });

  it.each(ROUTES)('%s %s without a key: open is %s', async (method, path, open) => {
    const response = await send(method, path, {});
    expect(response.status).toBe(open ? 200 : 401);
    expect(response.headers.get('request-id')).toMatch(/^req_01[A-Za-z0-9]{22}$/);
  });

  it.each(ROUTES.filter(([, , open]) => !open))('%s %s with a key gets in', async (method, path) => {
    expect((await send(method, path, { 'x-api-key': TEST_KEY })).status).toBe(200);
    expect((await send(method, path, { authorization: `Bearer ${TEST_KEY}` })).status).toBe(200);
    expect((await send(method, path, { 'x-api-key': TEST_KEY, authorization: `Bearer ${TEST_KEY}` })).status).toBe(200);
  });

  it('lets nobody in by another spelling of a path', async () => {
    for (const [method, path, open] of ROUTES) {
      if (open) continue;
      for (const spelling of disguised(path)) {
        for (const verb of [method, 'HEAD', 'OPTIONS', 'PUT']) {
          const response = await fetch(gateway.url + spelling, { method: verb, redirect: 'manual' });
          expect([
            verb,
            spelling,
            [401, 404, 405].includes(response.status) || spelling.startsWith('/health/live?'),
          ]).toEqual([verb, spelling, true]);
        }
      }
    }
    expect(upstream.ledger.counts().seen).toBeGreaterThan(0);
  });

  it.each([
    ['an unknown key', { 'x-api-key': 'sk-unknown-0123456789abc' }],
    ['the beginning of a key', { 'x-api-key': TEST_KEY.slice(0, -1) }],
    ['an expired key', { 'x-api-key': EXPIRED_KEY }],
    ['two different keys', { 'x-api-key': TEST_KEY, authorization: `Bearer ${OTHER_KEY}` }],
    ['another scheme', { authorization: `Basic ${TEST_KEY}` }],
    ['an empty key', { 'x-api-key': '' }],
  ])('%s is a 401 that clients do not repeat', async (_what, headers) => {
    const response = await send('POST', '/v1/messages', headers);
    expect(response.status).toBe(401);
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(await response.json()).toMatchObject({
      type: 'error',
      error: { type: 'authentication_error' },
      request_id: response.headers.get('request-id'),
    });
  });

  it('keeps a key to its models', async () => {
    const refused = await send('POST', '/v1/messages', { 'x-api-key': OTHER_KEY });
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({ error: { type: 'permission_error' } });

    const listed = (await (await send('GET', '/v1/models', { 'x-api-key': OTHER_KEY })).json()) as {
      data: { id: string }[];
    };
    expect(listed.data.map(({ id }) => id)).toEqual(['claude-other']);
    expect((await send('GET', '/v1/models/claude-test', { 'x-api-key': OTHER_KEY })).status).toBe(404);
  });
});
