import { fieldsOf, recordOf } from '../shared/json-value.js';

/** Keywords with schemas in them. */
const NAMED_SCHEMAS = ['properties', '$defs', 'definitions'] as const;
const OTHERS =
  'items anyOf $ref $schema title description type enum const format pattern required additionalProperties ' +
  'minimum maximum exclusiveMinimum exclusiveMaximum multipleOf minItems maxItems';
const KNOWN = new Set<string>([...NAMED_SCHEMAS, ...OTHERS.split(' ')]);

/**
 * Whether a JSON schema is within what this wire takes as `strict`: an object without alternatives at the top, every
 * object closed, every property required, and no keyword but those documented. The Messages wire allows more, such as
 * optional properties and `allOf`, and sending that as `strict` would be refused.
 * https://platform.openai.com/docs/guides/structured-outputs
 */
export const isStrictSchema = (schema: unknown): boolean => {
  const { type, anyOf } = fieldsOf(schema);
  if (type !== 'object' || anyOf !== undefined) return false;
  const open: unknown[] = [schema]; // a stack of our own: nesting is the caller's to choose
  while (open.length > 0) {
    const next = recordOf(open.pop());
    if (!next || !Object.keys(next).every((keyword) => KNOWN.has(keyword))) return false;
    if (describesObject(next) && !isClosed(next)) return false;
    open.push(...schemasIn(next));
  }
  return true;
};

const schemasIn = (schema: Readonly<Record<string, unknown>>): unknown[] => [
  ...NAMED_SCHEMAS.flatMap((keyword) => Object.values(fieldsOf(schema[keyword]))),
  ...(Array.isArray(schema.anyOf) ? (schema.anyOf as unknown[]) : []),
  ...(schema.items === undefined ? [] : [schema.items]),
];

const describesObject = ({ type, properties }: Readonly<Record<string, unknown>>): boolean =>
  properties !== undefined || [type].flat().includes('object');

const isClosed = ({ additionalProperties, properties, required }: Readonly<Record<string, unknown>>): boolean => {
  const demanded = new Set<unknown>(Array.isArray(required) ? required : []);
  return additionalProperties === false && Object.keys(fieldsOf(properties)).every((name) => demanded.has(name));
};
