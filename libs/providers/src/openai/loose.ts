/** An object, or undefined for whatever else a server may send in its place. */
export const recordOf = (value: unknown): Record<string, unknown> | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;

/** A string, or the empty one. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A count of something, or null. */
export const countOf = (value: unknown): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : null;
