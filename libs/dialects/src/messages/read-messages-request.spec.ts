import { describe, expect, it } from '@jest/globals';
import { ApiError } from '#core';
import { type IncomingRequest, readMessagesRequest } from './read-messages-request.js';

const GOOD = { model: 'claude-sonnet-4-5', max_tokens: 16, messages: [{ role: 'user', content: 'Hi' }] };

const read = (body: unknown, rest: Partial<IncomingRequest> = {}) =>
  readMessagesRequest({
    endpoint: 'messages',
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    headers: {},
    ...rest,
  });

const refusal = (body: unknown, rest: Partial<IncomingRequest> = {}): ApiError => {
  try {
    read(body, rest);
  } catch (error) {
    if (error instanceof ApiError) return error;
    throw error;
  }
  throw new Error('accepted');
};

/** A good request with `extra` as the text of more fields. */
const withText = (extra: string): string => JSON.stringify(GOOD).replace(/}$/, `,${extra}}`);

describe('reading a Messages request', () => {
  it('takes what the router needs and leaves the body alone', () => {
    const body = Buffer.from(
      withText('"stream":true,"unknown":[1.0,"\\ud800"],"metadata":{"user_id":"x"},"metadata":{}'),
    );

    const request = readMessagesRequest({ endpoint: 'messages', body, headers: {} });

    expect(request).toMatchObject({
      model: 'claude-sonnet-4-5',
      stream: true,
      version: '2023-06-01',
      endpoint: 'messages',
    });
    expect(request.body).toBe(body);
    expect(request.scan.last('stream')).toBeDefined();
  });

  it('parses the body once, when it is first asked to', () => {
    const request = read({ ...GOOD, top_k: 3 });

    expect(request.tree()).toEqual({ ...GOOD, top_k: 3 });
    expect(request.tree()).toBe(request.tree());
  });

  it('decodes the name of the model', () => {
    expect(read(JSON.stringify(GOOD).replace('claude', '\\u0063laude')).model).toBe('claude-sonnet-4-5');
  });

  it('needs neither max_tokens nor a stream to count tokens', () => {
    const { max_tokens: _, ...counted } = GOOD;

    expect(read({ ...counted, stream: true }, { endpoint: 'count_tokens' })).toMatchObject({ stream: false });
  });

  const bad: [unknown, string][] = [
    ['', 'The request body is empty: send a JSON object.'],
    ['[]', 'The request body must be a JSON object.'],
    ['{"model":}', 'The request body is not valid JSON: Expected a value at byte 9.'],
    ['{"model":"x"', 'The request body is not valid JSON: Unexpected end of JSON at byte 12.'],
    [withText(`"x":${'['.repeat(128)}${']'.repeat(128)}`), 'The request body is nested deeper than 128 levels.'],
    [withText('"model":"other"'), 'model: Field given more than once'],
    [withText('"\\u0073tream":false,"stream":true'), 'stream: Field given more than once'],
    [withText('"max_tokens":9'), 'max_tokens: Field given more than once'],
    [withText('"messages":[]'), 'messages: Field given more than once'],
    [withText('"__proto__":{}'), '__proto__: Extra inputs are not permitted'],
    [{ ...GOOD, model: undefined }, 'model: Field required'],
    [{ ...GOOD, model: null }, 'model: Input should be a valid string'],
    [{ ...GOOD, model: 7 }, 'model: Input should be a valid string'],
    [{ ...GOOD, model: '' }, 'model: String should have at least 1 character'],
    [{ ...GOOD, model: 'm'.repeat(257) }, 'model: String should have at most 256 characters'],
    [{ ...GOOD, model: 'm'.repeat(1_000_000) }, 'model: String should have at most 256 characters'],
    [{ ...GOOD, messages: undefined }, 'messages: Field required'],
    [{ ...GOOD, messages: 'Hi' }, 'messages: Input should be a valid array'],
    [{ ...GOOD, max_tokens: undefined }, 'max_tokens: Field required'],
    [{ ...GOOD, max_tokens: null }, 'max_tokens: Input should be a valid integer'],
    [{ ...GOOD, max_tokens: '16' }, 'max_tokens: Input should be a valid integer'],
    [{ ...GOOD, max_tokens: 1.5 }, 'max_tokens: Input should be a valid integer'],
    [{ ...GOOD, max_tokens: -1 }, 'max_tokens: Input should be greater than or equal to 0'],
    [{ ...GOOD, stream: 'true' }, 'stream: Input should be a valid boolean'],
    [{ ...GOOD, stream: 1 }, 'stream: Input should be a valid boolean'],
  ];

  it.each(bad.map(([body, message]) => ({ body, message })))('answers 400 with "$message"', ({ body, message }) => {
    expect(refusal(body)).toMatchObject({ status: 400, error: { type: 'invalid_request_error', message } });
  });

  it('answers 400 when there is no body at all', () => {
    expect(refusal(GOOD, { body: undefined }).message).toMatch(/is empty/);
  });

  it('bears a model name of 256 characters, max_tokens of 0 and of 16.0', () => {
    expect(read({ ...GOOD, model: 'é'.repeat(256), max_tokens: 0 }).model).toHaveLength(256);
    expect(read(JSON.stringify(GOOD).replace('16', '16.0')).model).toBe(GOOD.model);
  });
});

describe('the version of the API', () => {
  it.each(['2023-06-01', '2026-10-21'])('may be %s', (version) => {
    expect(read(GOOD, { headers: { 'anthropic-version': version } })).toMatchObject({
      version,
      headers: { 'anthropic-version': version },
    });
  });

  it('is the older one for callers who name none, and the upstream is told so', () => {
    expect(read(GOOD)).toMatchObject({ version: '2023-06-01', headers: { 'anthropic-version': '2023-06-01' } });
  });

  it.each(['2023-01-01', '2023-06-01, 2026-10-21', '', '"'])('may not be %j', (version) => {
    expect(refusal(GOOD, { headers: { 'anthropic-version': version } }).message).toBe(
      `anthropic-version: ${JSON.stringify(version)} is not a known version; send "2023-06-01" or "2026-10-21"`,
    );
  });

  it.each(['temperature', 'top_p', 'top_k'])('decides about %s', (field) => {
    const newer = { headers: { 'anthropic-version': '2026-10-21' } };

    expect(read({ ...GOOD, [field]: 1 }).model).toBe(GOOD.model);
    expect(refusal({ ...GOOD, [field]: 1 }, newer).message).toBe(`${field}: Extra inputs are not permitted`);
    expect(refusal({ ...GOOD, [field]: 1 }, { ...newer, endpoint: 'count_tokens' }).status).toBe(400);
    expect(read({ ...GOOD, [field]: null }, newer).tree()).toEqual(GOOD);
  });
});

describe('the leniencies', () => {
  const edited = (extra: string): string => read(withText(extra)).body.toString();

  it('take out nulls that mean "absent", and no other', () => {
    const nulls = [
      'stream',
      'temperature',
      'top_p',
      'top_k',
      'stop_sequences',
      'tools',
      'tool_choice',
      'thinking',
      'metadata',
      'system',
    ];

    expect(edited(nulls.map((name) => `"${name}" : null`).join(' , '))).toBe(JSON.stringify(GOOD));
    expect(edited('"speed":null,"x":{"system":null}')).toBe(withText('"speed":null,"x":{"system":null}'));
  });

  it('judge by the last of duplicates', () => {
    expect(edited('"system":"x","system":null')).toBe(JSON.stringify(GOOD));
    expect(edited('"system":null,"system":"x"')).toBe(withText('"system":null,"system":"x"'));
  });

  it.each([
    ['"tool_choice":"auto"', '"tool_choice":{"type":"auto"}'],
    ['"tool_choice":"any"', '"tool_choice":{"type":"any"}'],
    ['"tool_choice":"none"', '"tool_choice":{"type":"none"}'],
    ['"tool_choice": "required"', '"tool_choice": {"type":"any"}'],
    ['"tool_choice":"toString"', '"tool_choice":"toString"'],
    ['"tool_choice":{"type":"auto" }', '"tool_choice":{"type":"auto" }'],
    [
      '"disable_parallel_tool_use":true,"tool_choice":"required"',
      '"tool_choice":{"disable_parallel_tool_use":true,"type":"any"}',
    ],
    [
      '"tool_choice":{"type":"tool","name":"x"},"disable_parallel_tool_use":true',
      '"tool_choice":{"disable_parallel_tool_use":true,"type":"tool","name":"x"}',
    ],
    [
      '"disable_parallel_tool_use":true,"tool_choice":{"type":"auto","disable_parallel_tool_use":false}',
      '"tool_choice":{"type":"auto","disable_parallel_tool_use":false}',
    ],
    ['"disable_parallel_tool_use":true,"tool_choice":"none"', '"tool_choice":{"type":"none"}'],
    ['"tool_choice":{"type":"any"},"disable_parallel_tool_use":false', '"tool_choice":{"type":"any"}'],
    ['"tool_choice":{"type":"any"},"disable_parallel_tool_use":null', '"tool_choice":{"type":"any"}'],
    [
      '"disable_parallel_tool_use":"yes","tool_choice":"auto"',
      '"disable_parallel_tool_use":"yes","tool_choice":"auto"',
    ],
    ['"disable_parallel_tool_use":true,"tool_choice":7', '"disable_parallel_tool_use":true,"tool_choice":7'],
  ])('turn %s into %s', (before, after) => {
    const body = JSON.parse(edited(before)) as unknown;

    expect(body).toEqual(JSON.parse(withText(after)));
    expect(read(withText(before)).tree()).toEqual(body);
  });

  it.each(['"disable_parallel_tool_use":true', '"tool_choice":null,"disable_parallel_tool_use":true'])(
    'make a tool_choice of %s alone',
    (before) => {
      expect(read(withText(before)).tree()).toEqual({
        ...GOOD,
        tool_choice: { type: 'auto', disable_parallel_tool_use: true },
      });
    },
  );

  it('leave every other byte as it was', () => {
    const before =
      '{ "max_tokens" : 1.60e1,"x":"\\ud800","stream":null,"model":"m", "messages":[ ],\n"tool_choice":"any"}';

    expect(read(before).body.toString()).toBe(
      '{ "max_tokens" : 1.60e1,"x":"\\ud800","model":"m", "messages":[ ],\n"tool_choice":{"type":"any"}}',
    );
  });

  it('scan the body anew', () => {
    const request = read(withText('"stream":null,"x":"y"'));
    const member = request.scan.last('x');

    expect(member && request.body.toString('utf8', member.valueStart, member.valueEnd)).toBe('"y"');
  });
});

describe('a request that is released', () => {
  it('lets go of its body and keeps what the log wants', () => {
    const body = Buffer.from('{"model":"m","max_tokens":1,"messages":[]}');
    const request = readMessagesRequest({ endpoint: 'messages', body, headers: {} });
    request.tree();

    request.release();

    expect(request.body).toHaveLength(0);
    expect(request.scan.members).toEqual([]);
    expect(request).toMatchObject({ endpoint: 'messages', model: 'm', stream: false, version: '2023-06-01' });
  });
});
