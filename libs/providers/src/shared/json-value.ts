/** What was parsed, or undefined for a text that is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
};

/** An object, or undefined for whatever else a server may send in its place. */
export const recordOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** An object to look into, whatever came: an empty one for anything that is none. */
export const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => recordOf(value) ?? {};

/** A string, or the empty one. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A count of something, or null. */
export const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
