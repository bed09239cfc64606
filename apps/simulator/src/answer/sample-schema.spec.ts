import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '../json-object.js';
import { seededRandom } from './random.js';
import { sampleSchema } from './sample-schema.js';

const sample = (schema: JsonObject, seed = 1) => sampleSchema(schema, seededRandom(seed));

describe('a value for a schema', () => {
  it('has every property in the type it asks for', () => {
    const schema: JsonObject = {
      type: 'object',
      properties: {
        city: { type: 'string' },
        days: { type: 'integer', minimum: 1, maximum: 3 },
        unit: { enum: ['celsius', 'fahrenheit'] },
        exact: { type: 'boolean' },
        none: { type: 'null' },
        stops: { type: 'array', items: { type: 'object', properties: { at: { type: 'string', format: 'date' } } } },
        kind: { const: 'weather' },
        either: { anyOf: [{ type: 'number' }, { type: 'string' }] },
      },
    };

    for (let seed = 0; seed < 50; seed++) {
      expect(sample(schema, seed)).toEqual({
        city: expect.any(String),
        days: expect.any(Number),
        unit: expect.stringMatching(/^(celsius|fahrenheit)$/),
        exact: expect.any(Boolean),
        none: null,
        stops: [{ at: '2026-01-31' }],
        kind: 'weather',
        either: expect.any(Number),
      });
    }
  });

  it('keeps numbers within their bounds', () => {
    const drawn = Array.from({ length: 100 }, (_, seed) => sample({ type: 'integer', minimum: 5, maximum: 7 }, seed));

    expect(new Set(drawn)).toEqual(new Set([5, 6, 7]));
  });

  it('follows references, and comes to an end in a schema that contains itself', () => {
    const tree: JsonObject = {
      $ref: '#/$defs/node',
      $defs: { node: { type: 'object', properties: { name: { type: 'string' }, next: { $ref: '#/$defs/node' } } } },
    };

    expect(sample(tree)).toEqual({
      name: expect.any(String),
      next: expect.objectContaining({ name: expect.any(String) }),
    });
  });

  it('is the same for the same seed', () => {
    const schema: JsonObject = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'number' } } };

    expect(sample(schema, 3)).toEqual(sample(schema, 3));
    expect(sample(schema, 3)).not.toEqual(sample(schema, 4));
  });
});
