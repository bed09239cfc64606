import { describe, expect, it } from '@jest/globals';
import { type Deployment, type Endpoint, type OutboundRequest, scanTopLevel } from '#core';
import * as fc from 'fast-check';
import { encodeRequest } from './encode-request.js';

const aRequest = (body: string | Buffer, endpoint: Endpoint = 'messages'): OutboundRequest => {
  const bytes = Buffer.from(body);
  const scan = scanTopLevel(bytes, { maxDepth: 128 });
  const model = scan.last('model');
  return {
    endpoint,
    version: '2023-06-01',
    model: JSON.parse(bytes.toString('utf8', model?.valueStart, model?.valueEnd)),
    stream: false,
    maxTokens: 1,
    body: bytes,
    scan,
    headers: { 'anthropic-version': '2023-06-01', 'anthropic-beta': 'a,b', 'x-app': 'cli' },
    tree: () => JSON.parse(bytes.toString()),
    release: () => undefined,
    estimatedInput: () => 0,
  };
};

const aDeployment = (model?: string): Deployment => ({
  id: 'anthropic-a/main/x',
  provider: {
    name: 'anthropic-a',
    kind: 'anthropic',
    baseUrl: 'https://api.anthropic.com',
    timeouts: { connectMs: 1, firstByteMs: 1, idleMs: 1, totalMs: 1 },
  },
  credential: { name: 'main', apiKey: 'sk-upstream', fingerprint: 'f', limits: undefined },
  model,
  tier: 1,
  weight: 1,
});

const encode = (body: string | Buffer, model?: string) => encodeRequest(aRequest(body), aDeployment(model));

describe('a Messages request on its way to Anthropic', () => {
  it('goes where its operation lives, with the upstream credential and the caller’s open headers', () => {
    expect(encode('{"model":"a"}')).toMatchObject({
      method: 'POST',
      url: 'https://api.anthropic.com/v1/messages',
      headers: {
        'anthropic-version': '2023-06-01',
        'anthropic-beta': 'a,b',
        'x-app': 'cli',
        'x-api-key': 'sk-upstream',
        'content-type': 'application/json',
        'accept-encoding': 'identity',
      },
      ignored: [],
    });
    expect(encodeRequest(aRequest('{"model":"a"}', 'count_tokens'), aDeployment()).url).toBe(
      'https://api.anthropic.com/v1/messages/count_tokens',
    );
  });

  it('is the same buffer while the model keeps its name', () => {
    const request = aRequest('{"model":"\\u0061","x":1.0}');

    expect(encodeRequest(request, aDeployment()).body).toBe(request.body);
    expect(encodeRequest(request, aDeployment('a')).body).toBe(request.body);
  });

  it('differs from what came in by the model’s name and nothing else', () => {
    const field = fc.constantFrom(
      '"x":1.0',
      '"x":12345678901234567890',
      '"x":"\\ud800"',
      '"\\u0078":"\\u00e9\\/é😀"',
      '"x":{"2":1,"1":2, "__proto__":[]}',
      '"messages":[{"role":"user","content":"model"}]',
      '"x":{"model":"a"}',
    );
    const fields = fc.array(field, { maxLength: 6 });
    const space = fc.constantFrom('', ' ', '\r\n\t');
    fc.assert(
      fc.property(fields, fields, space, (before, after, gap) => {
        const text = (name: string) =>
          `{${[...before, `"model"${gap}:${gap}${name}`, ...after].join(`${gap},`)}${gap}}`;

        expect(encode(text('"a"'), 'b "quoted"').body.toString()).toBe(text('"b \\"quoted\\""'));
      }),
    );
    expect.hasAssertions();
  });

  it.each([1, 64, 1024, 31 * 1024])('keeps %d kB of body as they are', (kilobytes) => {
    const half = 'a line of some text, é and \\"quotes\\", \\ud800 and \\u0000;\\n'
      .padEnd(64, '.')
      .repeat(kilobytes * 8);
    const before = Buffer.from(`{"x":"${half}","x":1e400,"model":"old","x":"${half}"}`);
    const after = encode(before, 'longer-name').body;
    const place = before.indexOf('old');

    expect(after.length).toBe(before.length + 'longer-name'.length - 'old'.length);
    expect(after.subarray(0, place).equals(before.subarray(0, place))).toBe(true);
    expect(after.toString('utf8', place, place + 11)).toBe('longer-name');
    expect(after.subarray(place + 11).equals(before.subarray(place + 3))).toBe(true);
  });
});

describe('thinking of another vendor’s model', () => {
  const foreign = '{"type":"thinking","thinking":"t","signature":"~swy1.abc.def"}';
  const claudes = '{"type":"thinking","thinking":"t","signature":"EqoBCkgI+/="}';
  const text = '{"type":"text","text":"1.0 \\ud800 \\"~swy1."}';
  const body = (turns: string) => `{"model":"m", "messages": [${turns}] ,"max_tokens":1.0}`;
  const assistant = (blocks: string) => `{"role":"assistant","content":[${blocks}]}`;
  const user = '{ "role":"user","content":"\\"~swy1.\\" is no signature" }';

  it.each([
    ['beside text', assistant(`${foreign}, ${text}`), assistant(text)],
    ['behind Claude’s own', assistant(`${claudes},${foreign}`), assistant(claudes)],
    ['between others', assistant(`${text},${foreign},${foreign},${claudes}`), assistant(`${text},${claudes}`)],
    [
      'in several turns',
      `${user},${assistant(`${foreign},${text}`)},${user},${assistant(`${text},${foreign}`)}`,
      `${user},${assistant(text)},${user},${assistant(text)}`,
    ],
    ['alone in its turn', `${user},${assistant(foreign)},${user}`, `${user},${user}`],
    ['alone in the first turn', `${assistant(`${foreign},${foreign}`)} , ${user}`, user],
  ])('is taken out %s', (_, before, after) => {
    const { body: sent, ignored } = encode(body(before));

    expect(sent.toString()).toBe(body(after));
    expect(ignored).toEqual(['messages.thinking']);
  });

  it('is taken out in the same go in which the model is renamed', () => {
    const { body: sent } = encode(body(`${user},${assistant(`${text},${foreign}`)}`), 'other');

    expect(sent.toString()).toBe(body(`${user},${assistant(text)}`).replace('"m"', '"other"'));
  });

  it.each([
    user,
    assistant(claudes),
    assistant(text),
    `7,"~swy1.",{"content":7},[],{"content":[7,"~swy1.",[${foreign}]]}`,
  ])('is not seen in %s', (turns) => {
    const request = aRequest(body(turns));
    const sent = encodeRequest(request, aDeployment());

    expect(sent.body).toBe(request.body);
    expect(sent.ignored).toEqual([]);
  });
});
