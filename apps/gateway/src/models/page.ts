import { ApiError } from '#core';

const LIMIT = { default: 20, most: 1000 };

const cursor = (query: Record<string, unknown>, name: string): string | undefined => {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const limitOf = (query: Record<string, unknown>): number => {
  if (query.limit === undefined) return LIMIT.default;
  const limit = Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT.most)
    throw new ApiError('invalid_request_error', `limit: Input should be a whole number from 1 to ${LIMIT.most}`);
  return limit;
};

/** The index of the entry that a cursor names. */
const indexOf = (all: readonly { id: string }[], name: string, id: string): number => {
  const at = all.findIndex((entry) => entry.id === id);
  if (at < 0) throw new ApiError('invalid_request_error', `${name}: there is no "${id}"`);
  return at;
};

/** Which entries, from and up to but not including an index; and whether there are more in that direction. */
const windowOf = (all: readonly { id: string }[], query: Record<string, unknown>): [number, number, boolean] => {
  const limit = limitOf(query);
  const [after, before] = [cursor(query, 'after_id'), cursor(query, 'before_id')];
  if (after !== undefined && before !== undefined)
    throw new ApiError('invalid_request_error', 'after_id and before_id cannot be used together.');
  if (before !== undefined) {
    const end = indexOf(all, 'before_id', before);
    return [Math.max(0, end - limit), end, end > limit];
  }
  const start = after === undefined ? 0 : indexOf(all, 'after_id', after) + 1;
  return [start, start + limit, start + limit < all.length];
};

/** The page shape of every list of the API. https://platform.claude.com/docs/en/api/models/list */
export const pageOf = <T extends { id: string }>(all: readonly T[], query: Record<string, unknown>) => {
  const [start, end, hasMore] = windowOf(all, query);
  const data = all.slice(start, end);
  return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
};
