import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  GatewayProcess,
  provider,
  RawCaller,
  type RecordedRequest,
  type RecordingUpstream,
  startRecordingUpstream,
  TEST_KEY,
  testConfig,
} from '#testing';

/** What callers and the proxies in front of us send, and upstreams shall see as it is. */
const WELCOME = {
  accept: 'application/json',
  'user-agent': 'Anthropic/JS 1.12.0',
  'anthropic-version': '2023-06-01',
  'anthropic-beta': 'a-beta-2026-01-01,never-heard-of-2031-12-31',
  'anthropic-client-platform': 'desktop',
  'x-app': 'cli',
  'x-stainless-lang': 'js',
  'x-stainless-retry-count': '0',
  'x-client-request-id': 'caller-17',
  'x-claude-code-session-id': 'session-17',
  traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
  tracestate: 'vendor=1',
};

/** What upstreams shall not see. */
const UNWELCOME = {
  authorization: `Bearer ${TEST_KEY}`,
  cookie: 'session=caller',
  origin: 'https://caller.example',
  referer: 'https://caller.example/secret',
  forwarded: 'for=10.1.2.3',
  via: '1.1 proxy',
  'x-forwarded-for': '10.1.2.3',
  'x-forwarded-host': 'inside.example',
  'x-real-ip': '10.1.2.3',
  'x-amzn-trace-id': 'Root=1',
  'x-auth-request-access-token': 'someone',
  'x-some-api-key': 'someone',
  'x-csrf-token': 'someone',
  'x-switchyard-provider': 'someone',
  'anthropic-workspace-id': 'wrkspc_1',
  'anthropic-user-profile-id': 'profile_1',
  'anthropic-dangerous-direct-browser-access': 'true',
  'accept-encoding': 'gzip, deflate, br',
  'accept-language': 'de',
  'sec-fetch-mode': 'cors',
  'proxy-authorization': 'Basic c2VjcmV0',
  te: 'trailers',
  'idempotency-key': 'once',
  baggage: 'user=someone',
  connection: 'keep-alive, x-only-for-you',
  'x-only-for-you': 'hop by hop',
};

/** What the upstream says of itself. */
const OF_THE_UPSTREAM = {
  'request-id': 'req_of_the_upstream',
  'x-request-id': 'also_of_the_upstream',
  'anthropic-organization-id': 'org_1',
  'anthropic-workspace-id': 'wrkspc_1',
  'anthropic-ratelimit-requests-remaining': '7',
  'anthropic-priority-input-tokens-limit': '7',
  'set-cookie': ['a=1', 'b=2'],
  server: 'cloudflare',
  'cf-ray': '17',
  via: '1.1 google',
  'strict-transport-security': 'max-age=1',
  'access-control-allow-origin': '*',
  'x-should-retry': 'true',
  'x-switchyard-provider': 'forged',
  'server-timing': 'forged;dur=1',
  'x-anything-else': 'x',
};

const ALWAYS_TOLD = ['connection', 'content-type', 'date', 'keep-alive', 'request-id', 'server-timing'];
const TOLD_OF_THE_WAY = ['x-switchyard-attempt-count', 'x-switchyard-attempts', 'x-switchyard-provider'];

const MESSAGE = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'sim',
  content: [],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage: { input_tokens: 1, output_tokens: 1 },
};
const COMPLETION = {
  id: 'c',
  object: 'chat.completion',
  model: 'sim',
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hi' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1 },
};
const STREAM = [
  { type: 'message_start', message: { ...MESSAGE, stop_reason: null } },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 1 } },
  { type: 'message_stop' },
].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);

const question = (model: string, stream = false) => ({
  model,
  max_tokens: 16,
  stream,
  messages: [{ role: 'user', content: 'Hello' }],
});

const headerNames = (response: Response): string[] => [...response.headers].map(([name]) => name);

describe('headers', () => {
  let upstream: RecordingUpstream;
  let gateway: GatewayProcess;
  let status = 200;

  const seenUpstream = async (model: string, headers: Record<string, string>): Promise<RecordedRequest> => {
    const caller = await RawCaller.connect(gateway.url);
    caller.ask(
      question(model),
      Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    );
    await caller.until(/HTTP\/1.1 200 [^]*\r\n\r\n./);
    caller.hangUp();
    const request = upstream.requests.at(-1);
    if (!request) throw new Error('the upstream saw nothing');
    return request;
  };

  beforeAll(async () => {
    upstream = await startRecordingUpstream((response, { path, body }) => {
      const streamed = (JSON.parse(body.toString()) as { stream?: boolean }).stream === true;
      const error = { type: 'error', error: { type: 'api_error', message: 'No.' } };
      const answer = path.endsWith('/chat/completions') ? COMPLETION : MESSAGE;
      const type = streamed && status === 200 ? 'text/event-stream' : 'application/json';
      response.writeHead(status, { ...OF_THE_UPSTREAM, 'content-type': type });
      response.end(streamed && status === 200 ? STREAM.join('') : JSON.stringify(status === 200 ? answer : error));
    });
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { messages: provider('anthropic', upstream.url), chat: provider('openai', `${upstream.url}/v1`) },
        models: { messages: { targets: [{ provider: 'messages' }] }, chat: { targets: [{ provider: 'chat' }] } },
      }),
    );
  });

  beforeEach(() => {
    status = 200;
    upstream.requests.length = 0;
    return gateway.forgetHealth();
  });

  afterAll(async () => {
    await upstream.close();
    await gateway.stop();
  });

  it('of a caller reach an upstream of its own wire by a list', async () => {
    const { headers } = await seenUpstream('messages', { ...WELCOME, ...UNWELCOME });
    const { host, connection, 'content-length': length, ...others } = headers;
    expect(others).toEqual({
      ...WELCOME,
      'content-type': 'application/json',
      'accept-encoding': 'identity',
      'x-api-key': 'upstream-secret',
    });
    expect(host).toBe(new URL(upstream.url).host);
    expect([connection, Number(length) > 0]).toEqual(['keep-alive', true]);
  });

  it('of a caller do not reach an upstream of another wire', async () => {
    const { headers } = await seenUpstream('chat', { ...WELCOME, ...UNWELCOME });
    expect(Object.keys(headers).toSorted()).toEqual([
      'accept',
      'accept-encoding',
      'authorization',
      'connection',
      'content-length',
      'content-type',
      'host',
      'traceparent',
      'tracestate',
      'user-agent',
    ]);
    expect(headers.authorization).toBe('Bearer upstream-secret');
    expect(JSON.stringify(headers)).not.toMatch(/caller|someone|Anthropic/);
  });

  it('that hold something unprintable do not pass', async () => {
    const { headers } = await seenUpstream('messages', { 'x-odd': 'b\u00fccher', 'x-even': 'a\tb' });
    expect([headers['x-odd'], headers['x-even']]).toEqual([undefined, 'a\tb']);
  });

  it('that come twice are sent once, joined in their order', async () => {
    const caller = await RawCaller.connect(gateway.url);
    caller.ask(question('messages'), ['anthropic-beta: one', 'anthropic-beta: two,three']);
    await caller.until(/HTTP\/1.1 200 /);
    caller.hangUp();
    expect(upstream.requests.at(-1)?.headers['anthropic-beta']).toBe('one, two,three');
  });

  it.each(['messages', 'chat'])('of an upstream do not reach the caller of a whole answer: %s', async (model) => {
    const response = await gateway.post('/v1/messages', question(model));
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('end_turn')]);
    expect(headerNames(response)).toEqual([...ALWAYS_TOLD, ...TOLD_OF_THE_WAY, 'content-length'].toSorted());
    expect(JSON.stringify([...response.headers])).not.toMatch(/of_the_upstream|forged/);
  });

  it('of an upstream do not reach the caller of a stream', async () => {
    const response = await gateway.post('/v1/messages', question('messages', true));
    expect(await response.text()).toBe(STREAM.join(''));
    expect(headerNames(response)).toEqual(
      [...ALWAYS_TOLD, ...TOLD_OF_THE_WAY, 'cache-control', 'transfer-encoding', 'x-accel-buffering'].toSorted(),
    );
  });

  it.each([
    [400, []],
    [401, []],
    [403, []],
    [404, []],
    // Ours: nobody else is left to be asked, and this is when somebody may be.
    [429, ['retry-after']],
    [500, ['retry-after']],
    [529, ['retry-after']],
  ] as [status: number, ofOurs: string[]][])(
    'of an upstream do not reach the caller of an error: %s',
    async (code, ofOurs) => {
      status = code;
      const response = await gateway.post('/v1/messages', question('messages'));
      expect(await response.json()).toMatchObject({ type: 'error', request_id: response.headers.get('request-id') });
      const told = [...ALWAYS_TOLD, ...TOLD_OF_THE_WAY, 'content-length', ...ofOurs];
      expect(headerNames(response)).toEqual(told.toSorted());
    },
  );

  it('name the call by an id of our own, and the caller’s is given back', async () => {
    const headers = { 'x-request-id': 'mine-17' };
    const response = await gateway.post('/v1/messages', question('messages'), { headers });
    expect(response.headers.get('x-request-id')).toBe('mine-17');
    expect(response.headers.get('request-id')).toMatch(/^req_01[A-Za-z0-9]{22}$/);
    const line = await gateway.loggedCall(response.headers.get('request-id'));
    expect(line.attempts).toMatchObject([{ upstream_request_id: 'req_of_the_upstream' }]);
  });
});
