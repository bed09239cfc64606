import { describe, expect, it } from '@jest/globals';
import { isStrictSchema } from './strict-schema.js';

const TEXT = { type: 'string' };
const closed = (properties: Record<string, unknown>, more: object = {}) => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more,
});

describe('a schema', () => {
  it.each([
    ['a closed object', closed({ a: TEXT })],
    ['an object without properties', { type: 'object', properties: {}, additionalProperties: false }],
    [
      'what generators add',
      closed({ a: TEXT }, { $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'A' }),
    ],
    ['alternatives below the top', closed({ a: { anyOf: [TEXT, { type: 'null' }] } })],
    ['lists of closed objects', closed({ a: { type: 'array', items: closed({ b: TEXT }), minItems: 1 } })],
    ['definitions', closed({ a: { $ref: '#/$defs/b' } }, { $defs: { b: closed({ c: TEXT }) } })],
    [
      'properties that are called like keywords',
      closed({ properties: TEXT, not: TEXT, default: { type: ['string', 'null'] } }),
    ],
  ])('can be strict with %s', (_, schema) => {
    expect(isStrictSchema(schema)).toBe(true);
  });

  it.each([
    ['an optional property', closed({ a: TEXT }, { required: [] })],
    ['no list of what is required', { type: 'object', properties: { a: TEXT }, additionalProperties: false }],
    ['room for more properties', closed({ a: TEXT }, { additionalProperties: undefined })],
    ['an open object further down', closed({ a: { type: 'array', items: { type: 'object' } } })],
    ['an open object that may be null', closed({ a: { type: ['object', 'null'] } })],
    ['an open object among alternatives', closed({ a: { anyOf: [{ type: 'object' }] } })],
    ['an open object in the definitions', closed({ a: TEXT }, { definitions: { b: { type: 'object' } } })],
    ['a keyword that strict mode does not have', closed({ a: { allOf: [TEXT] } })],
    ['a default', closed({ a: { type: 'string', default: 'b' } })],
    ['no object at the top', { type: 'array', items: TEXT }],
    ['alternatives at the top', closed({}, { anyOf: [closed({})] })],
    ['a schema that is none', closed({ a: true })],
    ['nothing', {}],
  ])('cannot with %s', (_, schema) => {
    expect(isStrictSchema(schema)).toBe(false);
  });
});
