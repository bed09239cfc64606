import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, TEST_KEY, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../apps/simulator/src/simulator.js';

const LIMIT = 32 * 1024 * 1024;
const good = { model: 'claude-test', max_tokens: 16, messages: [{ role: 'user', content: 'Hello' }] };
const deep = (levels: number): string =>
  JSON.stringify({ ...good, metadata: 0 }).replace(
    '"metadata":0',
    `"metadata":${'['.repeat(levels)}${']'.repeat(levels)}`,
  );

/** A body of exactly so many bytes. */
const sized = (bytes: number): string => {
  const empty = JSON.stringify({ ...good, metadata: { user_id: '' } });
  return empty.replace('"user_id":""', `"user_id":"${'x'.repeat(bytes - empty.length)}"`);
};

/** Writes bytes to a socket as they are and reads the answer to its end. */
const raw = (url: string, bytes: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });

describe('a bad request', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    upstream = await startSimulator({ strict: false });
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url) },
        models: { 'claude-test': { targets: [{ provider: 'a' }] } },
      }),
    );
  });

  afterAll(async () => {
    await gateway.stop();
    await upstream.close();
  });

  /** Sends, and checks what is the same for every error. */
  const refusal = async (
    path: string,
    body: string | undefined,
    headers: Record<string, string> = {},
    method = 'POST',
  ) => {
    const before = upstream.ledger.counts().seen;
    const response = await fetch(gateway.url + path, {
      method,
      headers: { 'x-api-key': TEST_KEY, 'content-type': 'application/json', ...headers },
      body,
    });
    const answer = (await response.json()) as {
      type: string;
      error: { type: string; message: string };
      request_id: string;
    };
    expect(response.headers.get('content-type')).toBe('application/json');
    expect(answer.type).toBe('error');
    expect(answer.request_id).toBe(response.headers.get('request-id'));
    expect(upstream.ledger.counts().seen).toBe(before);
    return {
      status: response.status,
      type: answer.error.type,
      message: answer.error.message,
      headers: response.headers,
    };
  };

  it.each([
    ['an empty body', ''],
    ['broken JSON', '{"model": "claude-test", '],
    ['text after the end', `${JSON.stringify(good)} x`],
    ['an array', '[]'],
    ['no model', JSON.stringify({ ...good, model: undefined })],
    ['a model that is no string', JSON.stringify({ ...good, model: 7 })],
    ['an empty model', JSON.stringify({ ...good, model: '' })],
    ['no messages', JSON.stringify({ ...good, messages: undefined })],
    ['no max_tokens', JSON.stringify({ ...good, max_tokens: undefined })],
    ['a max_tokens that is no number', JSON.stringify({ ...good, max_tokens: '16' })],
    ['a stream that is no boolean', JSON.stringify({ ...good, stream: 'yes' })],
    ['two models', `{"model":"claude-test",${JSON.stringify(good).slice(1)}`],
    ['a prototype', `{"__proto__":{},${JSON.stringify(good).slice(1)}`],
    ['129 levels', deep(128)],
    ['five million levels', deep(5_000_000)],
  ])('with %s is a 400', async (_what, body) => {
    expect(await refusal('/v1/messages', body)).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it('names the field that is missing', async () => {
    expect((await refusal('/v1/messages', '{}')).message).toMatch(/^model: Field required/);
  });

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', ''])(
    'of content type "%s" is a 400',
    async (type) => {
      expect(await refusal('/v1/messages', JSON.stringify(good), { 'content-type': type })).toMatchObject({
        status: 400,
        type: 'invalid_request_error',
      });
    },
  );

  it('in a compressed body is a 400 that says so', async () => {
    const { status, message } = await refusal('/v1/messages', JSON.stringify(good), { 'content-encoding': 'gzip' });
    expect([status, message]).toEqual([400, expect.stringContaining('ompressed')]);
  });

  it.each(['temperature', 'top_p', 'top_k'])('with %s is a 400 under 2026-10-21 only', async (field) => {
    const body = JSON.stringify({ ...good, [field]: 1 });
    expect(await refusal('/v1/messages', body, { 'anthropic-version': '2026-10-21' })).toMatchObject({
      status: 400,
      message: `${field}: Extra inputs are not permitted`,
    });
    expect((await gateway.post('/v1/messages', body, { headers: { 'anthropic-version': '2023-06-01' } })).status).toBe(
      200,
    );
  });

  it('of an unknown version is a 400', async () => {
    const answer = await refusal('/v1/messages', JSON.stringify(good), { 'anthropic-version': '2030-01-01' });
    expect(answer).toMatchObject({ status: 400, type: 'invalid_request_error' });
  });

  it('for an unknown model is a 404 that names it', async () => {
    const answer = await refusal('/v1/messages', JSON.stringify({ ...good, model: 'claude-nope' }));
    expect(answer).toMatchObject({
      status: 404,
      type: 'not_found_error',
      message: expect.stringContaining('claude-nope'),
    });
  });

  it.each(['/v1/nope', '/nope', '/v1/messages/', '/v1'])('for %s is a 404', async (path) => {
    expect(await refusal(path, '{}')).toMatchObject({ status: 404, type: 'not_found_error' });
  });

  it.each([
    ['GET', '/v1/messages', 'POST'],
    ['DELETE', '/v1/models/claude-test', 'GET'],
    ['PUT', '/health/live', 'GET'],
  ])('%s %s is a 405 that names %s', async (method, path, allowed) => {
    const answer = await refusal(path, undefined, { 'content-type': '' }, method);
    expect(answer).toMatchObject({ status: 405, type: 'invalid_request_error' });
    expect(answer.headers.get('allow')).toBe(allowed);
  });

  it('one byte too large is a 413, and the largest is taken', async () => {
    expect(await refusal('/v1/messages', sized(LIMIT + 1))).toMatchObject({ status: 413, type: 'request_too_large' });
    expect((await gateway.post('/v1/messages', sized(LIMIT))).status).toBe(200);
  });

  it('that grows too large without saying so is a 413', async () => {
    const pieces = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let sent = 0; sent <= LIMIT; sent += 1 << 20) controller.enqueue(Buffer.alloc(1 << 20, ' '));
        controller.close();
      },
    });
    const response = await fetch(`${gateway.url}/v1/messages`, {
      method: 'POST',
      headers: { 'x-api-key': TEST_KEY, 'content-type': 'application/json' },
      body: pieces,
      duplex: 'half',
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { type: 'request_too_large' } });
  });

  it.each([
    ['names no host', 'GET /health/live HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['expects what cannot be', 'GET /health/live HTTP/1.1\r\nhost: x\r\nexpect: tea\r\nconnection: close\r\n\r\n', 417],
    ['is no HTTP', 'hello\r\n\r\n', 400],
    [
      'has a length and chunks',
      'POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
    [
      'has two lengths',
      'POST /v1/messages HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello',
      400,
    ],
    ['has a bare line feed in a header', 'GET /health/live HTTP/1.1\r\nhost: x\r\nx-a: b\nx-c: d\r\n\r\n', 400],
    ['has a header too large', `GET /health/live HTTP/1.1\r\nhost: x\r\nx-a: ${'b'.repeat(40_000)}\r\n\r\n`, 431],
    [
      'has too many headers',
      `GET /health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n${'a: b\r\n'.repeat(150)}\r\n`,
      431,
    ],
  ])('that %s is refused in the same shape', async (_what, bytes, status) => {
    const [head = '', body = ''] = (await raw(gateway.url, bytes)).split('\r\n\r\n');
    expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(head).toMatch(/request-id: req_01/);
    expect(JSON.parse(body)).toMatchObject({ type: 'error', error: { type: 'invalid_request_error' } });
  });

  it('leaves no prompt and no key in the log', async () => {
    const secret = 'canary-prompt-7f3a';
    await gateway.post('/v1/messages', { ...good, messages: [{ role: 'user', content: secret }] });
    await gateway.post('/v1/messages', `{"model":"${secret}`);
    await gateway.post('/v1/messages', { ...good, model: 'x', system: secret });
    const last = await gateway.get(`/v1/models/claude-nope`);
    await gateway.loggedCall(last.headers.get('request-id'));
    const log = JSON.stringify(gateway.log) + gateway.errors;
    expect(log).not.toContain(secret);
    expect(log).not.toContain(TEST_KEY);
    expect(log).not.toContain('upstream-secret');
  });
});
