import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, TEST_ADMIN_KEY, TEST_KEY, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../apps/simulator/src/simulator.js';

const OTHER_KEY = 'sk-other-0123456789abcdef';
const EXPIRED_KEY = 'sk-expired-0123456789abcd';

/** Who may have a route. */
type Entry = 'anyone' | 'caller' | 'operator';

/** Every route there is. A new one has to be put here. */
const ROUTES: [method: string, path: string, entry: Entry][] = [
  ['GET', '/health/live', 'anyone'],
  ['GET', '/health/ready', 'anyone'],
  ['GET', '/metrics', 'anyone'],
  ['POST', '/v1/messages', 'caller'],
  ['POST', '/v1/messages/count_tokens', 'caller'],
  ['GET', '/v1/models', 'caller'],
  ['GET', '/v1/models/claude-test', 'caller'],
  ['POST', '/anthropic/v1/messages', 'caller'],
  ['POST', '/anthropic/v1/messages/count_tokens', 'caller'],
  ['GET', '/anthropic/v1/models', 'caller'],
  ['GET', '/anthropic/v1/models/claude-test', 'caller'],
  ['GET', '/admin/v1/targets', 'operator'],
  ['POST', '/admin/v1/explain', 'operator'],
  ['POST', '/admin/v1/targets/reset', 'operator'],
  ['POST', '/admin/v1/credentials/a/main/enable', 'operator'],
];

/** Those for callers that need more than is running here, so only whom they keep out is tried. */
const WORK_ROUTES: typeof ROUTES = ['/v1', '/anthropic/v1'].flatMap((at): typeof ROUTES => [
  ['POST', `${at}/messages/batches`, 'caller'],
  ['GET', `${at}/messages/batches`, 'caller'],
  ['GET', `${at}/messages/batches/msgbatch_1`, 'caller'],
  ['GET', `${at}/messages/batches/msgbatch_1/progress`, 'caller'],
  ['GET', `${at}/messages/batches/msgbatch_1/results`, 'caller'],
  ['POST', `${at}/messages/batches/msgbatch_1/cancel`, 'caller'],
  ['DELETE', `${at}/messages/batches/msgbatch_1`, 'caller'],
  ['POST', `${at}/messages/jobs`, 'caller'],
  ['GET', `${at}/messages/jobs`, 'caller'],
  ['GET', `${at}/messages/jobs/job_1`, 'caller'],
  ['GET', `${at}/messages/jobs/job_1/stream`, 'caller'],
  ['POST', `${at}/messages/jobs/job_1/cancel`, 'caller'],
  ['DELETE', `${at}/messages/jobs/job_1`, 'caller'],
]);

/** The key that opens a route, and one that opens others only. */
const KEYS = {
  caller: { right: TEST_KEY, wrong: TEST_ADMIN_KEY },
  operator: { right: TEST_ADMIN_KEY, wrong: TEST_KEY },
} as const;

const LOCKED = ROUTES.flatMap(([method, path, entry]) =>
  entry === 'anyone' ? [] : [{ method, path, ...KEYS[entry] }],
);
const LOCKED_WORK = WORK_ROUTES.map(([method, path]) => ({ method, path, ...KEYS.caller }));

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
    if (path.startsWith('/admin')) return JSON.stringify({ model: 'claude-test' });
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

  it.each([...ROUTES, ...WORK_ROUTES])('%s %s without a key is for %s', async (method, path, entry) => {
    const response = await send(method, path, {});
    expect(response.status).toBe(entry === 'anyone' ? 200 : 401);
    expect(response.headers.get('request-id')).toMatch(/^req_01[A-Za-z0-9]{22}$/);
  });

  it.each(LOCKED)('$method $path with its key gets in', async ({ method, path, right }) => {
    expect((await send(method, path, { 'x-api-key': right })).status).toBe(200);
    expect((await send(method, path, { authorization: `Bearer ${right}` })).status).toBe(200);
    expect((await send(method, path, { 'x-api-key': right, authorization: `Bearer ${right}` })).status).toBe(200);
  });

  it.each([...LOCKED, ...LOCKED_WORK])('$method $path with a key of the other kind does not', async (route) => {
    const { method, path, right, wrong } = route;
    const keyRings: Record<string, string>[] = [
      { 'x-api-key': wrong },
      { authorization: `Bearer ${wrong}` },
      { 'x-api-key': wrong, authorization: `Bearer ${right}` },
      { 'x-api-key': right, authorization: `Bearer ${wrong}` },
    ];
    for (const headers of keyRings) expect((await send(method, path, headers)).status).toBe(401);
  });

  it('lets nobody in by another spelling of a path', async () => {
    for (const { method, path, wrong } of [...LOCKED, ...LOCKED_WORK]) {
      const ways = [
        ...[method, 'HEAD', 'OPTIONS', 'PUT'].map((verb) => ({ verb, headers: {} })),
        { verb: method, headers: { 'x-api-key': wrong } },
      ];
      for (const spelling of disguised(path))
        for (const { verb, headers } of ways) {
          const response = await fetch(gateway.url + spelling, { method: verb, headers, redirect: 'manual' });
          const isKeptOut = [401, 404, 405].includes(response.status) || spelling.startsWith('/health/live?');
          expect([verb, spelling, headers, isKeptOut]).toEqual([verb, spelling, headers, true]);
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
