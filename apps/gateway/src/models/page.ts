import { ApiError } from '#core';
import { type PageQuery, pageView, readPageQuery } from '../http/page-query.js';

/** The index of the entry that a cursor names. */
const indexOf = (all: readonly { id: string }[], name: string, id: string): number => {
  const at = all.findIndex((entry) => entry.id === id);
  if (at < 0) throw new ApiError('invalid_request_error', `${name}: there is no "${id}"`);
  return at;
};

/** Which entries, from and up to but not including an index; and whether there are more in that direction. */
const windowOf = (
  all: readonly { id: string }[],
  { limit, afterId, beforeId }: PageQuery,
): [number, number, boolean] => {
  if (beforeId !== undefined) {
    const end = indexOf(all, 'before_id', beforeId);
    return [Math.max(0, end - limit), end, end > limit];
  }
  const start = afterId === undefined ? 0 : indexOf(all, 'after_id', afterId) + 1;
  return [start, start + limit, start + limit < all.length];
};

/** One page of what is all at hand. https://platform.claude.com/docs/en/api/models/list */
export const pageOf = <T extends { id: string }>(all: readonly T[], query: Record<string, unknown>) => {
  const [start, end, more] = windowOf(all, readPageQuery(query));
  return pageView(all.slice(start, end), more);
};
