import { isJsonObject, type JsonObject } from '../json-object.js';
import { invalid } from '../refusal.js';

/** What a field may hold. A `?` allows null too, which the API otherwise refuses. */
type Shape = `${'string' | 'integer' | 'number' | 'boolean' | 'list' | 'object' | 'string|list'}${'' | '?'}` | 'any';

const FITS: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  integer: Number.isInteger,
  number: Number.isFinite,
  boolean: (value) => typeof value === 'boolean',
  list: Array.isArray,
  object: isJsonObject,
  'string|list': (value) => typeof value === 'string' || Array.isArray(value),
};

const WORDING: Readonly<Record<string, string>> = {
  object: 'dictionary',
  'string|list': 'string or list',
};

/** Throws a `Refusal` when the value at the path has not the shape. */
const checkShape = (path: string, value: unknown, shape: Shape): void => {
  if (shape === 'any') return;
  const nullable = shape.endsWith('?');
  const kind = nullable ? shape.slice(0, -1) : shape;
  if ((value === null && nullable) || FITS[kind]?.(value)) return;
  throw invalid(`${path}: Input should be a valid ${WORDING[kind] ?? kind}`);
};

/** The fields of one kind of object. It is closed: any other name is refused. */
export interface Fields {
  required: Readonly<Record<string, Shape>>;
  optional: Readonly<Record<string, Shape>>;
}

/** Throws a `Refusal` naming the first field that is missing, unknown or of the wrong shape. `path` is empty for the request itself. */
export const checkFields = (path: string, object: JsonObject, { required, optional }: Fields): void => {
  const at = (name: string): string => (path === '' ? name : `${path}.${name}`);
  for (const name in required) {
    if (object[name] === undefined) throw invalid(`${at(name)}: Field required`);
  }
  for (const name in object) {
    const shape = required[name] ?? optional[name];
    if (shape === undefined) throw invalid(`${at(name)}: Extra inputs are not permitted`);
    checkShape(at(name), object[name], shape);
  }
};
