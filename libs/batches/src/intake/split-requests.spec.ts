import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { ApiError } from '#core';
import { BATCH_LIMITS } from './limits.js';
import { readRequest } from './read-request.js';
import { splitRequests } from './split-requests.js';

async function* inPieces(body: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  for (let at = 0, turn = 0; at < body.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    yield body.subarray(at, at + size);
    at += size;
  }
}

const split = async (body: AsyncIterable<Buffer>, limits = BATCH_LIMITS): Promise<Buffer[]> => {
  const requests: Buffer[] = [];
  let held: Buffer[] = [];
  for await (const { index, bytes, isLast } of splitRequests(body, limits)) {
    if (index !== requests.length) throw new Error(`request ${requests.length} came as ${index}`);
    held.push(Buffer.from(bytes));
    if (!isLast) continue;
    requests.push(Buffer.concat(held));
    held = [];
  }
  if (held.length > 0) throw new Error('the last request has no end');
  return requests;
};

const refusal = async (text: string | Buffer, limits = BATCH_LIMITS): Promise<string> => {
  const error: unknown = await split(inPieces(Buffer.from(text), [7]), limits).catch((reason: unknown) => reason);
  if (!(error instanceof ApiError)) throw new Error(`accepted, or failed otherwise: ${String(error)}`);
  return `${error.status} ${error.error.type}: ${error.message}`;
};

interface Frame {
  custom_id: string;
  params: Record<string, unknown>;
}

/** What an array of requests means to `JSON.parse`; undefined when it refuses the body, or the body is no batch. */
const parsed = (body: Buffer): Frame[] | undefined => {
  try {
    const value: { requests: Frame[] } = JSON.parse(body.toString());
    if (Object.keys(value).join() !== 'requests' || !Array.isArray(value.requests)) return undefined;
    return value.requests.length > 0 ? value.requests : undefined;
  } catch {
    return undefined;
  }
};

const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
const indent = fc.constantFrom(undefined, 1, '\t', '\r\n  ');
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

/** How many bodies are tried, whole ones and spoilt ones: a share of them unless everything is run. */
const [BODIES, SPOILT] = process.env.SWITCHYARD_LONG === '1' ? [3_000, 20_000] : [1_000, 6_000];

describe('the requests of a body', () => {
  it(`are what JSON.parse finds, however the body is cut: ${BODIES} bodies`, async () => {
    const check = async (elements: Record<string, unknown>[], space: string | number | undefined, cuts: number[]) => {
      const body = Buffer.from(JSON.stringify({ requests: elements }, null, space));

      const requests = await split(inPieces(body, cuts));

      expect(requests.map((bytes): unknown => JSON.parse(bytes.toString()))).toEqual(parsed(body));
    };
    await fc.assert(fc.asyncProperty(fc.array(object, { minLength: 1, maxLength: 6 }), indent, sizes, check), {
      numRuns: BODIES,
    });
  });

  it(`are refused where JSON.parse refuses the body, once each has been read: ${SPOILT} bodies, good and spoilt`, async () => {
    const good = String.raw`{"requests":[{"custom_id":"a","params":{"x":"\"}]{","y":[1,{"é":"€😀"}]}},{"custom_id":"b","params":{}}]}`;
    const splinters = fc.constantFrom(
      ...Array.from('{}[],:"\\ \n1a'),
      '\\"',
      '{}',
      '[]',
      '"requests"',
      'null',
      '\ufeff',
      '😀',
    );
    const spoil = fc.record({ at: fc.nat(good.length), remove: fc.nat(3), add: fc.array(splinters, { maxLength: 2 }) });
    let accepted = 0;
    const check = async (spoils: { at: number; remove: number; add: string[] }[], cuts: number[]) => {
      const text = spoils.reduce(
        (sum, { at, remove, add }) => sum.slice(0, at) + add.join('') + sum.slice(at + remove),
        good,
      );
      const body = Buffer.from(text);
      const wanted = parsed(body);

      const outcome = await split(inPieces(body, cuts))
        .then((requests) => requests.map((request, index) => readRequest(request, index)))
        .catch((error: unknown) => error);

      if (Array.isArray(outcome)) {
        accepted++;
        const ids = outcome.map(({ customId }) => customId).join();
        if (wanted === undefined) throw new Error('accepted what JSON.parse refuses');
        if (ids !== wanted.map(({ custom_id }) => custom_id).join()) throw new Error('other requests');
        return;
      }
      if (!(outcome instanceof ApiError)) throw outcome;
      if (wanted !== undefined && /valid JSON|Unexpected end|empty/.test(outcome.message)) {
        throw new Error(`refused as no JSON, which it is: ${outcome.message}`);
      }
    };
    await fc.assert(fc.asyncProperty(fc.array(spoil, { minLength: 1, maxLength: 3 }), sizes, check), {
      numRuns: SPOILT,
    });
    expect(accepted).toBeGreaterThan(SPOILT / 40);
  }, 60_000);

  it('are found when every byte comes alone', async () => {
    const body = Buffer.from(String.raw` { "\u0072equests" : [ {"a":"\\\"}"} , {"b":"€😀\\"} ] } `);

    const requests = await split(inPieces(body, [1]));

    expect(requests.map(String)).toEqual([String.raw`{"a":"\\\"}"}`, String.raw`{"b":"€😀\\"}`]);
  });

  it('may be as many as the limit', async () => {
    const limits = { ...BATCH_LIMITS, requests: 2 };

    expect(await split(inPieces(Buffer.from('{"requests":[{},{}]}'), [5]), limits)).toHaveLength(2);
  });
});

const deep = (levels: number): string => `{"requests":[{"params":${'['.repeat(levels)}`;

describe('a body that is no batch', () => {
  it.each([
    ['', 'The request body is empty: send a JSON object.'],
    [' \r\n\t', 'The request body is empty: send a JSON object.'],
    ['[]', 'The request body must be a JSON object.'],
    ['"requests"', 'The request body must be a JSON object.'],
    ['<html>', "The request body is not valid JSON: Expected '{' at byte 0."],
    ['\ufeff{}', "The request body is not valid JSON: Expected '{', not a byte order mark, at byte 0."],
    ['{', 'The request body is not valid JSON: Unexpected end of JSON at byte 1.'],
    ['{}', 'requests: Field required'],
    ['{requests:[]}', 'The request body is not valid JSON: Expected a key in double quotes at byte 1.'],
    ['{"requests', 'The request body is not valid JSON: Unexpected end of JSON at byte 10.'],
    ['{"\n":1}', 'The request body is not valid JSON: Expected a key that is a valid string at byte 1.'],
    ['{"requests" [', "The request body is not valid JSON: Expected ':' after the key at byte 12."],
    ['{"requests":', 'The request body is not valid JSON: Unexpected end of JSON at byte 12.'],
    ['{"requests":{}}', 'requests: Input should be a valid array'],
    ['{"requests":null}', 'requests: Input should be a valid array'],
    ['{"requests":[]}', 'requests: List should have at least 1 item'],
    ['{"model":"m","requests":[{}]}', 'model: Extra inputs are not permitted'],
    ['{"__proto__":{}}', '__proto__: Extra inputs are not permitted'],
    [`{"${'é'.repeat(2000)}":1}`, `${'é'.repeat(100)}…: Extra inputs are not permitted`],
    ['{"requests":[{}],"model":"m"}', 'model: Extra inputs are not permitted'],
    ['{"requests":[{}],"requests":[{}]}', 'requests: Field given more than once'],
    ['{"requests":[{},]}', 'The request body is not valid JSON: Expected a request at byte 16.'],
    ['{"requests":[,{}]}', 'requests.0: Input should be a valid dictionary'],
    ['{"requests":[{},[]]}', 'requests.1: Input should be a valid dictionary'],
    ['{"requests":[{} {}]}', "The request body is not valid JSON: Expected ',' or ']' at byte 16."],
    ['{"requests":[{}]', 'The request body is not valid JSON: Unexpected end of JSON at byte 16.'],
    ['{"requests":[{}],', 'The request body is not valid JSON: Unexpected end of JSON at byte 17.'],
    ['{"requests":[{}]]', "The request body is not valid JSON: Expected ',' or '}' at byte 16."],
    ['{"requests":[{}]}{}', 'The request body is not valid JSON: Expected the end of the text at byte 17.'],
    ['{"requests":[{"a', 'The request body is not valid JSON: Unexpected end of JSON at byte 16.'],
    [deep(129), 'requests.0: Nested deeper than 128 levels'],
    [deep(5_000_000), 'requests.0: Nested deeper than 128 levels'],
    [`{"requests":[{},${'{"a":'.repeat(5000)}`, 'requests.1: Nested deeper than 128 levels'],
  ])('is refused with words of the API, case %#', async (text, message) => {
    expect(await refusal(text)).toBe(`400 invalid_request_error: ${message}`);
  });

  it('is refused when the request after the last that is allowed begins', async () => {
    const limits = { ...BATCH_LIMITS, requests: 2 };

    expect(await refusal('{"requests":[{},{},{', limits)).toBe(
      '400 invalid_request_error: requests: List should have at most 2 items',
    );
  });

  it('is refused when one byte too many has come, and not before', async () => {
    const body = '{"requests":[{}]}';

    expect(await refusal(body, { ...BATCH_LIMITS, bytes: body.length - 1 })).toBe(
      '413 request_too_large: Request exceeds the maximum size of 16 bytes.',
    );
    expect(await split(inPieces(Buffer.from(body), [3]), { ...BATCH_LIMITS, bytes: body.length })).toHaveLength(1);
  });

  it('is refused for one request that is too large, before that has ended', async () => {
    expect(await refusal('{"requests":[{},{"a":"1234567', { ...BATCH_LIMITS, requestBytes: 10 })).toBe(
      '413 request_too_large: requests.1: Request exceeds the maximum size of 10 bytes.',
    );
  });

  it('is let go of when it has been refused', async () => {
    let isLetGo = false;
    async function* endless(): AsyncGenerator<Buffer> {
      try {
        yield Buffer.from('{"requests":[');
        for (;;) yield Buffer.from('{},');
      } finally {
        isLetGo = true;
      }
    }

    await expect(split(endless(), { ...BATCH_LIMITS, requests: 1000 })).rejects.toThrow('at most 1000 items');

    expect(isLetGo).toBe(true);
  });

  it('is said to be cut off when the transport fails', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield Buffer.from('{"requests":[{');
      throw new Error('ECONNRESET');
    }

    await expect(split(broken())).rejects.toThrow('The request body was cut off.');
  });
});
