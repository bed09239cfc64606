import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { InvalidJson } from './invalid-json.js';
import { scanTopLevel } from './json-scan.js';

/** Texts of each kind: a third of them unless everything is run. */
const TEXTS = process.env.SWITCHYARD_LONG === '1' ? 30_000 : 10_000;

const scan = (text: string) => scanTopLevel(Buffer.from(text), { maxDepth: 128 });

const refusal = (text: string | Buffer, limits = { maxDepth: 128 }): InvalidJson => {
  try {
    scanTopLevel(Buffer.from(text), limits);
  } catch (error) {
    if (error instanceof InvalidJson) return error;
    throw error;
  }
  throw new Error(`accepted ${text.toString()}`);
};

/** Undefined when `JSON.parse` refuses the text or gives something other than an object. */
const parsedObject = (body: Buffer): Record<string, unknown> | undefined => {
  try {
    const value: unknown = JSON.parse(body.toString());
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
};

/** Throws when the scan and `JSON.parse` differ about a text. Plain code, because it runs 100,000 times. */
const checkAgreement = (body: Buffer): void => {
  const wanted = parsedObject(body);
  let found: ReturnType<typeof scanTopLevel>;
  try {
    found = scanTopLevel(body, { maxDepth: Infinity });
  } catch (error) {
    if (error instanceof InvalidJson && wanted === undefined) return;
    throw error;
  }
  if (wanted === undefined) throw new Error('accepted what JSON.parse refuses');
  const keys = new Set(found.members.map(({ key }) => key));
  if (keys.size !== Object.keys(wanted).length) throw new Error('other keys');
  for (const key of Object.keys(wanted)) {
    const member = found.last(key);
    if (!member) throw new Error(`no member ${key}`);
    const value: unknown = JSON.parse(body.toString('utf8', member.valueStart, member.valueEnd));
    if (JSON.stringify(value) !== JSON.stringify(wanted[key])) throw new Error(`another value of ${key}`);
  }
};

const written = String.raw`{ } [ ] , : " "a": "b":1 "":{ "" "\n\"\\\/" "\x" "\u00e9\ud800" "\u12AF" "\u00e" "\u00eG" "\u@00e" "\u12`;
const numbers = '0 - -0 00 1.5 1. .5 1e9 1E+07 1e -1e-1 NaN 0x1';
const words = `true false null tru nulll /**/ ' "#!\u00a2\u00dc" "\u007f€😀" "\u0001" "\t" \u0000 \u00a0 \ufeff \f`;
const fragments = fc.constantFrom(' ', '\t', '\n', '\r', ...`${written} ${numbers} ${words}`.split(' '));

const object = fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue({ maxDepth: 3 }), { maxKeys: 5 });

describe('the scan of a JSON text', () => {
  it(`accepts what JSON.parse accepts, with the same members: ${TEXTS} good texts`, () => {
    const text = fc
      .tuple(object, fc.constantFrom(undefined, 1, '\t', '\n\r  '))
      .map(([value, indent]) => Buffer.from(JSON.stringify(value, null, indent)));

    expect(() => fc.assert(fc.property(text, checkAgreement), { numRuns: TEXTS })).not.toThrow();
  });

  it(`agrees with JSON.parse about ${TEXTS} texts with faults`, () => {
    const fault = fc.record({
      place: fc.double({ min: 0, max: 1, noNaN: true }),
      cut: fc.nat(3),
      paste: fc.oneof(fragments, fc.constant('')),
    });
    const faulty = fc.tuple(object, fc.array(fault, { minLength: 1, maxLength: 3 })).map(([value, faults]) => {
      let body = Buffer.from(JSON.stringify(value));
      for (const { place, cut, paste } of faults) {
        const at = Math.floor(place * body.length);
        body = Buffer.concat([body.subarray(0, at), Buffer.from(paste), body.subarray(at + cut)]);
      }
      return body;
    });

    expect(() => fc.assert(fc.property(faulty, checkAgreement), { numRuns: TEXTS })).not.toThrow();
  });

  it(`agrees with JSON.parse about ${TEXTS} heaps of fragments`, () => {
    const heap = fc.array(fragments, { maxLength: 8 }).map((pieces) => Buffer.from(`{"a":${pieces.join('')}}`));

    expect(() => fc.assert(fc.property(heap, checkAgreement), { numRuns: TEXTS })).not.toThrow();
  });

  it('agrees with JSON.parse about every byte at every place of a word', () => {
    const bodies = Array.from({ length: 256 * 8 }, (_, n) => {
      const body = Buffer.from('{"k":"!#[]\u007f ab!#[]"}');
      body[6 + (n % 8)] = n / 8;
      return body;
    });

    expect(() => bodies.forEach(checkAgreement)).not.toThrow();
  });

  it('tells where each value is, and keeps duplicates in order', () => {
    const text = ' { "model" : "a" , "\\u006dodel":[1, 2] ,"é":null} ';
    const found = scan(text);
    const { members } = found;

    const bytes = Buffer.from(text);
    expect(members.map(({ key }) => key)).toEqual(['model', 'model', 'é']);
    expect(members.map((member) => bytes.toString('utf8', member.valueStart, member.valueEnd))).toEqual([
      '"a"',
      '[1, 2]',
      'null',
    ]);
    expect(members.map((member) => bytes[member.keyStart])).toEqual([0x22, 0x22, 0x22]);
    expect(found.last('model')).toBe(members[1]);
    expect(found.last('absent')).toBeUndefined();
  });

  it('reads a body that lies at an odd place of a larger buffer', () => {
    const larger = Buffer.from('xxx{"a":"longer than a word"}"]\\');
    const body = larger.subarray(3, -3);

    expect(scanTopLevel(body, { maxDepth: 1 }).last('a')).toMatchObject({ valueStart: 5, valueEnd: body.length - 1 });
  });

  it.each([
    ['', 'empty', 0, 'Nothing but white space at byte 0'],
    [' \n', 'empty', 2, 'Nothing but white space at byte 2'],
    ['[1]', 'not-an-object', 0, 'Expected an object at byte 0'],
    ['null', 'not-an-object', 0, 'Expected an object at byte 0'],
    ['\ufeff{}', 'syntax', 0, "Expected '{' at byte 0"],
    ['<html>', 'syntax', 0, "Expected '{' at byte 0"],
    ['{"a":1 "b":2}', 'syntax', 7, "Expected ',' or '}' at byte 7"],
    ['{"a":[1;2]}', 'syntax', 7, "Expected ',' or ']' at byte 7"],
    ['{a:1}', 'syntax', 1, 'Expected a key in double quotes at byte 1'],
    ['{"a":1,}', 'syntax', 7, 'Expected a key in double quotes at byte 7'],
    ['{"a" 1}', 'syntax', 5, "Expected ':' after the key at byte 5"],
    ['{"a":01}', 'syntax', 6, "Expected ',' or '}' at byte 6"],
    ['{"a":-}', 'syntax', 6, 'Expected a digit at byte 6'],
    ['{"a":trve}', 'syntax', 7, 'Expected "true" at byte 7'],
    ['{"a":undefined}', 'syntax', 5, 'Expected a value at byte 5'],
    ['{"a":"x\ny"}', 'syntax', 7, 'Expected no control character in a string at byte 7'],
    ['{"a":"\\q"}', 'syntax', 7, 'Expected an escape such as \\n or \\u00e9 at byte 7'],
    ['{"a":"\\u12g4"}', 'syntax', 10, 'Expected four hexadecimal digits at byte 10'],
    ['{"a":"\\u123"}', 'syntax', 11, 'Expected four hexadecimal digits at byte 11'],
    ['{"a":"b', 'syntax', 7, 'Unexpected end of JSON at byte 7'],
    ['{"a":', 'syntax', 5, 'Unexpected end of JSON at byte 5'],
    ['{"a":1}}', 'syntax', 7, 'Expected the end of the text at byte 7'],
  ])('refuses %j: %s at %d', (text, reason, offset, message) => {
    expect(refusal(text)).toMatchObject({ reason, offset, message });
  });

  it('counts depth in objects and arrays open at once', () => {
    const nested = (depth: number) => `{"a":${'['.repeat(depth - 1)}${']'.repeat(depth - 1)}}`;

    expect(scan(nested(128)).members).toHaveLength(1);
    expect(refusal(nested(129))).toMatchObject({
      reason: 'depth',
      offset: 132,
      message: 'Nested too deeply at byte 132',
    });
  });

  it('refuses five million open arrays without reading them', () => {
    const body = Buffer.from(`{"a":${'['.repeat(5_000_000)}`);

    expect(refusal(body)).toMatchObject({ reason: 'depth', offset: 5 + 127 });
  });

  it('bears five million open arrays when no depth is set', () => {
    expect(refusal(`{"a":${'['.repeat(5_000_000)}`, { maxDepth: Infinity })).toMatchObject({
      reason: 'syntax',
      offset: 5_000_005,
    });
  });

  it('bounds the members it lists', () => {
    const members = (count: number) => Buffer.from(`{${Array.from({ length: count }, (_, n) => `"${n}":0`).join()}}`);

    expect(scanTopLevel(members(3), { maxDepth: 1, maxMembers: 3 }).members).toHaveLength(3);
    expect(() => scanTopLevel(members(4), { maxDepth: 1, maxMembers: 3 })).toThrow('More than 3 members at byte 19');
  });
});
