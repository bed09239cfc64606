import { isJsonObject, type Json, type JsonObject } from '../json-object.js';
import { chooseWords } from './vocabulary.js';
import { numberBelow, pick, type Random } from './random.js';

/** Deeper than any tool's schema, and an end to a schema that contains itself. */
const DEEPEST = 8;

const FORMATS: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  time: '12:30:00Z',
  'date-time': '2026-01-31T12:30:00Z',
  duration: 'PT90S',
  email: 'guard@example.com',
  hostname: 'depot.example.com',
  uri: 'https://example.com/line/7',
  uuid: '7f9c24e8-3b12-4fef-91e0-56a2d5a8f3b1',
  ipv4: '192.0.2.7',
  ipv6: '2001:db8::7',
};

const numberOf = (value: Json | undefined, otherwise: number): number =>
  typeof value === 'number' ? value : otherwise;

/** Follows `#/$defs/name`; anything else is left as a schema that allows everything. */
const resolve = (schema: JsonObject, root: JsonObject): JsonObject => {
  if (typeof schema.$ref !== 'string') return schema;
  let found: Json | undefined = root;
  for (const step of schema.$ref.split('/').slice(1)) found = isJsonObject(found) ? found[step] : undefined;
  return isJsonObject(found) ? found : {};
};

const typeOf = (schema: JsonObject): string => {
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (typeof type === 'string') return type;
  return isJsonObject(schema.properties) ? 'object' : 'string';
};

/** Draws values that fit a schema. `depth` counts the levels below the root. */
class SchemaSampler {
  constructor(
    readonly root: JsonObject,
    readonly random: Random,
  ) {}

  value(given: Json | undefined, depth: number): Json {
    if (!isJsonObject(given) || depth > DEEPEST) return {};
    const schema = resolve(given, this.root);
    if (schema.const !== undefined) return schema.const;
    if (Array.isArray(schema.enum) && schema.enum.length > 0) return pick(this.random, schema.enum);
    const [variant] = [schema.anyOf, schema.oneOf, schema.allOf].filter(Array.isArray).flat();
    return variant === undefined ? this.typed(schema, depth) : this.value(variant, depth + 1);
  }

  private typed(schema: JsonObject, depth: number): Json {
    switch (typeOf(schema)) {
      case 'object':
        return this.object(schema, depth);
      case 'array':
        return this.array(schema, depth);
      case 'integer':
        return Math.ceil(this.number(schema));
      case 'number':
        return this.number(schema);
      case 'boolean':
        return this.random() < 0.5;
      case 'null':
        return null;
      default:
        return this.text(schema);
    }
  }

  private object(schema: JsonObject, depth: number): JsonObject {
    const properties = isJsonObject(schema.properties) ? schema.properties : {};
    const required = Array.isArray(schema.required) ? schema.required : [];
    const names = Object.keys(properties).filter((name) => depth < DEEPEST || required.includes(name));
    return Object.fromEntries(names.map((name) => [name, this.value(properties[name], depth + 1)]));
  }

  private array(schema: JsonObject, depth: number): Json[] {
    const length = Math.min(numberOf(schema.maxItems, 2), Math.max(numberOf(schema.minItems, 1), 1));
    return Array.from({ length }, () => this.value(schema.items ?? { type: 'string' }, depth + 1));
  }

  private number(schema: JsonObject): number {
    const least = numberOf(schema.minimum, numberOf(schema.exclusiveMinimum, 0) + 1);
    const most = numberOf(schema.maximum, Math.max(least, 100));
    return least + numberBelow(this.random, Math.floor(most - least) + 1);
  }

  private text(schema: JsonObject): string {
    const format = typeof schema.format === 'string' ? FORMATS[schema.format] : undefined;
    return format ?? chooseWords(this.random, 2).join('').slice(0, numberOf(schema.maxLength, 100));
  }
}

/** A value that roughly fits a JSON schema: every property filled, bounds and enums kept, patterns not. */
export const sampleSchema = (schema: JsonObject, random: Random): Json =>
  new SchemaSampler(schema, random).value(schema, 0);
