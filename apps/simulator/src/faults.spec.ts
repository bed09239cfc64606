import { connect } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Simulator, startSimulator } from './simulator.js';
import { networkError, SimulatorClient } from './testing/simulator-client.js';

let now = 1_800_000_000_000;
let simulator: Simulator;
let client: SimulatorClient;

beforeAll(async () => {
  simulator = await startSimulator({ now: () => now });
  client = new SimulatorClient(simulator);
});

beforeEach(() => simulator.reset());

afterAll(() => simulator.close());

/** Reads what comes until it ends or breaks. */
const received = async (response: Response): Promise<{ text: string; broken: boolean }> => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  try {
    for (let step = await reader?.read(); step && !step.done; step = await reader?.read()) text += step.value;
    return { text, broken: false };
  } catch {
    return { text, broken: true };
  }
};

const namesIn = (text: string): string[] => [...text.matchAll(/^event: (\w+)$/gm)].map(([, name]) => name ?? '');

const text = async (directives: string): Promise<string> => (await client.stream(directives)).text();

const lastOutcome = async (): Promise<string> =>
  (await simulator.ledger.waitFor((entry) => entry.outcome !== 'open')).outcome;

describe('a status', () => {
  it.each([
    [400, 'invalid_request_error'],
    [401, 'authentication_error'],
    [403, 'permission_error'],
    [404, 'not_found_error'],
    [413, 'request_too_large'],
    [429, 'rate_limit_error'],
    [500, 'api_error'],
    [502, 'api_error'],
    [504, 'timeout_error'],
    [529, 'overloaded_error'],
  ])('of %i comes with the error that the API has for it', async (status, type) => {
    const response = await client.stream(`status=${status}`);

    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type, message: 'Simulated error.' },
      request_id: response.headers.get('request-id'),
    });
    expect(await lastOutcome()).toBe('faulted');
  });

  it('may have another error, message and headers', async () => {
    const response = await client.stream(
      'status=429;error=billing_error;message=no%20money;retry-after=7;header=x-should-retry:false;header=request-id:',
    );

    expect(await response.json()).toMatchObject({ error: { type: 'billing_error', message: 'no money' } });
    expect(response.headers.get('retry-after')).toBe('7');
    expect(response.headers.get('x-should-retry')).toBe('false');
    expect(response.headers.get('request-id')).toBeNull();
  });

  it('can be asked for by header, key and behaviour too', async () => {
    const byHeader = await client.messages({}, { headers: { 'x-simulator': 'status=500' } });
    const byKey = await new SimulatorClient(simulator, 'key@status=401').messages();
    simulator.behave('status=503');
    const byBehaviour = await client.messages();
    simulator.behave('');
    const healed = await client.messages();

    expect([byHeader, byKey, byBehaviour, healed].map(({ status }) => status)).toEqual([500, 401, 503, 200]);
  });

  it('strikes as often as it was asked to, then the answer is healthy', async () => {
    const statuses = [];
    for (let call = 0; call < 4; call++) statuses.push((await client.stream('status=529;times=2')).status);

    expect(statuses).toEqual([529, 529, 200, 200]);
  });

  it('goes before everything the API itself would say', async () => {
    const response = await client.messages({ model: 'sim@status=529', messages: undefined, foo: 1 });

    expect(response.status).toBe(529);
  });

  it('holds for counting tokens and for models as well', async () => {
    const headers = { 'x-api-key': 'key', 'x-simulator': 'status=503' };
    const counting = await fetch(`${simulator.url}/v1/messages/count_tokens`, { method: 'POST', headers, body: '{}' });
    const models = await fetch(`${simulator.url}/v1/models`, { headers });

    expect([counting.status, models.status]).toEqual([503, 503]);
  });
});

describe('a directive that cannot be read', () => {
  it('is refused by name, so that no typo passes for health', async () => {
    const response = await client.stream('stauts=500');

    expect(response.status).toBe(400);
    expect(await response.text()).toContain('there is no directive \\"stauts\\"');
  });
});

describe('a bucket of requests per minute', () => {
  it('answers 429 when it is empty, and says when to come back', async () => {
    const ask = () => client.messages({ model: 'sim@rpm=2' });
    const taken = [await ask(), await ask(), await ask()];
    const other = await new SimulatorClient(simulator, 'other').messages({ model: 'sim@rpm=2' });
    now += 30_000;
    const later = await ask();

    expect(taken.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(taken[1]?.headers.get('anthropic-ratelimit-requests-remaining')).toBe('0');
    expect(taken[2]?.headers.get('anthropic-ratelimit-requests-limit')).toBe('2');
    expect(taken[2]?.headers.get('retry-after')).toBe('30');
    expect([other.status, later.status]).toEqual([200, 200]);
  });
});

describe('limits', () => {
  const told = (response: Response, limit: string) =>
    ['limit', 'remaining', 'reset'].map((name) => response.headers.get(`anthropic-ratelimit-${limit}-${name}`));
  const secondsOn = (seconds: number): string => new Date(now + seconds * 1000).toISOString().replace('.000Z', 'Z');

  it('are told with every answer, those in force as they stand', async () => {
    const first = await client.messages({ model: 'sim@rpm=60' });

    expect(told(first, 'requests')).toEqual(['60', '59', secondsOn(1)]);
    expect(told(first, 'input-tokens')[0]).toBe('2000000');
    expect(told(await client.messages({ model: 'sim@rpm=60' }), 'requests')).toEqual(['60', '58', secondsOn(2)]);
  });

  it('of input count a prompt before it is answered, and refuse one that is too long for what is left', async () => {
    const messages = [{ role: 'user', content: 'x'.repeat(240) }];
    const ask = () => client.messages({ model: 'sim@input-tpm=120', messages });
    const taken = [await ask(), await ask(), await ask()];

    expect(taken.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(taken.map((response) => told(response, 'input-tokens'))).toEqual([
      ['120', '60', secondsOn(30)],
      ['120', '0', secondsOn(60)],
      ['120', '0', secondsOn(60)],
    ]);
    expect(told(taken[1] as Response, 'tokens')).toEqual(['120', '0', secondsOn(60)]);
    expect(taken[2]?.headers.get('retry-after')).toBe('30');
    expect(await taken[2]?.json()).toMatchObject({
      error: { message: 'This request would exceed the rate limit of 120 input tokens per minute.' },
    });
  });

  it('of input give back what was read from a cache', async () => {
    const content = [{ type: 'text', text: 'x'.repeat(240), cache_control: { type: 'ephemeral' } }];
    const ask = () => client.messages({ model: 'sim@input-tpm=120', messages: [{ role: 'user', content }] });

    expect(told(await ask(), 'input-tokens')[1]).toBe('60');
    expect(told(await ask(), 'input-tokens')[1]).toBe('60');
  });

  it('of output count what was answered, and refuse when nothing is left', async () => {
    const ask = () => client.messages({ model: 'sim@output-tpm=30;tokens=20' });
    const taken = [await ask(), await ask(), await ask()];

    expect(taken.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(taken.map((response) => told(response, 'output-tokens')[1])).toEqual(['10', '0', '0']);
    expect(taken[2]?.headers.get('retry-after')).toBe('22');
  });

  it('of a second refuse without saying for how long', async () => {
    const ask = () => client.messages({ model: 'sim@rps=2' });
    const taken = [await ask(), await ask(), await ask()];
    now += 500;
    const later = await ask();

    expect([...taken, later].map(({ status }) => status)).toEqual([200, 200, 429, 200]);
    expect(taken[2]?.headers.get('retry-after')).toBeNull();
  });

  it('are told by the other wire as durations', async () => {
    const ask = () => client.completions({ model: 'sim@rpm=60;input-tpm=400' });
    await ask();
    const { headers } = await ask();

    expect(headers.get('x-ratelimit-limit-requests')).toBe('60');
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('58');
    expect(headers.get('x-ratelimit-reset-requests')).toBe('2s');
    expect(headers.get('x-ratelimit-limit-tokens')).toBe('400');
    expect(headers.get('x-ratelimit-reset-tokens')).toMatch(/^\d+(ms|(\.\d+)?s)$/);
  });
});

describe('a body that is no answer', () => {
  it.each([
    ['body=html', 'text/html; charset=utf-8', /^<!DOCTYPE html>/],
    ['body=error', 'application/json', /^{"type":"error","error":{"type":"api_error"/],
    ['body=empty', 'text/event-stream; charset=utf-8', /^$/],
    ['body=json', 'application/json', /^{"id":"msg_/],
    ['content-type=text/plain', 'text/plain', /^event: message_start/],
  ])('comes under 200 with %s', async (directives, contentType, body) => {
    const response = await client.stream(directives);

    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toBe(contentType);
    expect(await response.text()).toMatch(body);
  });

  it('may be noise', async () => {
    const bytes = Buffer.from(await (await client.stream('body=garbage')).arrayBuffer());

    expect(bytes).toHaveLength(512);
    expect(bytes.toString()).toContain('\ufffd');
  });

  it('may be a proxy’s page with a proxy’s status', async () => {
    const response = await client.stream('status=502;body=html');

    expect(response.status).toBe(502);
    expect(await response.text()).toContain('Bad gateway');
  });
});

describe('an answer that breaks', () => {
  it.each([
    ['cut', 'UND_ERR_SOCKET'],
    ['reset', 'ECONNRESET'],
    ['garbage', 'HPE_INVALID_CONSTANT'],
  ])('before its status line, with %s', async (directives, code) => {
    expect([code, 'Response does not match the HTTP/1.1 protocol (Expected HTTP/, RTSP/ or ICE/)']).toContain(
      await networkError(client.stream(directives)),
    );
    expect(await lastOutcome()).toBe('faulted');
  });

  it.each(['cut', 'reset', 'end'])('after exactly so many bytes, with %s', async (fault) => {
    const whole = await text('tokens=5;label=reference');
    const response = await client.stream(`tokens=5;${fault}=700`);
    const { text: got, broken } = await received(response);

    expect(response.status).toBe(200);
    expect(Buffer.byteLength(got)).toBe(700);
    expect(broken).toBe(fault !== 'end');
    expect(namesIn(got)[0]).toBe(namesIn(whole)[0]);
    expect(simulator.ledger.entries().at(-1)).toMatchObject({ outcome: 'faulted', bytes_sent: 700, aborted_at: null });
  });

  it('after exactly so many events', async () => {
    const whole = namesIn(await text('tokens=5;label=reference'));

    for (let count = 0; count <= whole.length; count++) {
      const { text: got, broken } = await received(await client.stream(`tokens=5;cut=${count}e`));
      expect(namesIn(got)).toEqual(whole.slice(0, count));
      expect(broken).toBe(true);
    }
  });

  it('right after its headers', async () => {
    const response = await client.stream('reset=0');

    expect(response.status).toBe(200);
    expect(await received(response)).toEqual({ text: '', broken: true });
  });

  it('in a whole answer, short of the length it told', async () => {
    const response = await client.messages({ model: 'sim@cut=20' });

    expect(Number(response.headers.get('content-length'))).toBeGreaterThan(20);
    expect(await received(response)).toEqual({ text: expect.stringMatching(/^.{20}$/), broken: true });
  });
});

describe('an error in a stream', () => {
  it.each([
    ['error-event=overloaded_error', ['error']],
    ['error-event=api_error;at=1', ['message_start', 'error']],
    ['error-event=api_error;at=4', ['message_start', 'content_block_start', 'ping', 'content_block_delta', 'error']],
  ])('ends it where %s says', async (directives, names) => {
    expect(namesIn(await text(directives))).toEqual(names);
  });

  it('has the form of the wire', async () => {
    const response = await client.completions({ model: 'sim@error-event=overloaded_error;at=1', stream: true });
    const events = (await response.text()).trim().split('\n\n');

    expect(events).toHaveLength(2);
    expect(events[1]).toBe(
      'data: {"error":{"message":"Simulated error.","type":"server_error","param":null,"code":null}}',
    );
  });
});

describe('a stream that is odd but goes on', () => {
  const plain = async (): Promise<string[]> => namesIn(await text('tokens=5;label=reference'));

  it('holds an event that is no JSON', async () => {
    const got = await text('tokens=5;garbage=2');
    const broken = got.split('\n\n')[2]?.split('data: ')[1] ?? '';

    expect(() => JSON.parse(broken) as unknown).toThrow(SyntaxError);
    expect(namesIn(got)).toEqual((await plain()).toSpliced(2, 0, 'content_block_delta'));
  });

  it('holds one endless line, which is an event of its own', async () => {
    const got = await text('tokens=5;huge-line=300000;at=1');
    const [line = ''] = got.split('\n').filter((each) => each.length > 100_000);

    expect(JSON.parse(line.replace('data: ', ''))).toMatchObject({ type: 'ping' });
    expect(line.length).toBeGreaterThanOrEqual(300_000);
    expect(namesIn(got)).toEqual((await plain()).toSpliced(1, 0, 'ping'));
  });

  it('ends its lines with CRLF', async () => {
    const got = await text('tokens=5;crlf');

    expect(got.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
    expect(namesIn(got.replaceAll('\r', ''))).toEqual(await plain());
  });

  it('is compressed', async () => {
    const response = await client.stream('tokens=5;gzip');

    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(namesIn(await response.text())).toEqual(await plain());
  });

  it('comes in small pieces, which together are the same', async () => {
    const response = await client.stream('tokens=5;chunk=7;id=msg_x');
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body ?? []) chunks.push(chunk as Uint8Array);

    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThanOrEqual(70);
    expect(chunks.length).toBeGreaterThan(20);
    expect(namesIn(Buffer.concat(chunks).toString())).toEqual(await plain());
  });

  it('says nothing of what it used', async () => {
    expect(await text('no-usage')).not.toContain('"usage"');
    expect(await (await client.completions({ model: 'sim@no-usage' })).text()).not.toContain('"usage"');
  });

  it('says what it is told to say, as it is told to', async () => {
    const response = await client.messages({ model: 'sim@text=all%20aboard;stop=refusal;id=msg_2;thinking=2' });

    expect(await response.json()).toMatchObject({
      id: 'msg_2',
      stop_reason: 'refusal',
      stop_details: { type: 'refusal' },
      content: [{ type: 'thinking' }, { text: 'all aboard' }],
    });
  });

  it('has an id of its own for every call when asked to', async () => {
    const id = async (directives: string) => {
      const response = await client.messages({ model: `sim@${directives}` });
      return ((await response.json()) as { id: string }).id;
    };

    expect(await id('tokens=1')).toBe(await id('tokens=1'));
    expect(await id('id-per-call')).not.toBe(await id('id-per-call'));
  });

  it('is followed by an answer that nobody asked for', async () => {
    const socket = connect(simulator.port, '127.0.0.1');
    const body = '{"model":"sim@poison","max_tokens":9,"messages":[{"role":"user","content":"x"}]}';
    const head = `x-api-key: key\r\nanthropic-version: 2023-06-01\r\ncontent-length: ${body.length}`;
    socket.write(`POST /v1/messages HTTP/1.1\r\nhost: x\r\n${head}\r\n\r\n${body}`);
    let got = '';
    for await (const chunk of socket) {
      got += String(chunk);
      if (got.endsWith('{"id":"two"}')) break;
    }

    expect(got.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
    expect(await lastOutcome()).toBe('faulted');
  });
});

describe('the pace', () => {
  const since = (start: number): number => performance.now() - start;

  it('delays the headers', async () => {
    const start = performance.now();
    await client.stream('delay=60');

    expect(since(start)).toBeGreaterThanOrEqual(58);
  });

  it('delays the first byte after the headers', async () => {
    const start = performance.now();
    const response = await client.stream('first-byte=60');
    const headersAt = since(start);
    await response.text();

    expect(since(start)).toBeGreaterThanOrEqual(58);
    expect(headersAt).toBeLessThan(since(start));
  });

  it('leaves gaps between events', async () => {
    const start = performance.now();
    await text('tokens=3;gap=10');

    // Nine events, eight gaps.
    expect(since(start)).toBeGreaterThanOrEqual(75);
  });

  it('falls silent for a while in the middle', async () => {
    const start = performance.now();
    const got = await text('tokens=3;silence=60;at=4');

    expect(since(start)).toBeGreaterThanOrEqual(58);
    expect(namesIn(got).at(-1)).toBe('message_stop');
  });
});
