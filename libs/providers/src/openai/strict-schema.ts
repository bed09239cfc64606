const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Whether a JSON schema is within what this wire takes as `strict`: every object closed, every property required.
 * The Messages wire also allows optional properties in a strict tool, and sending those would be refused.
 * https://platform.openai.com/docs/guides/structured-outputs
 */
export const isStrictSchema = (schema: unknown): boolean => {
  const open = [schema];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    if (isRecord(next) && describesObject(next) && !isClosed(next)) return false;
    for (const inner of Object.values(next)) open.push(inner);
  }
  return true;
};

const describesObject = ({ type, properties }: Record<string, unknown>): boolean =>
  type === 'object' || isRecord(properties);

const isClosed = ({ additionalProperties, properties, required }: Record<string, unknown>): boolean => {
  const names = isRecord(properties) ? Object.keys(properties) : [];
  const demanded = new Set<unknown>(Array.isArray(required) ? required : []);
  return additionalProperties === false && names.every((name) => demanded.has(name));
};
