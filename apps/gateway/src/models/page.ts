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

/** The page shape of every list of the API: a window after or before an id, and whether there is more that way. */
export const pageOf = <T extends { id: string }>(all: readonly T[], query: Record<string, unknown>) => {
  const limit = limitOf(query);
  const [after, before] = [cursor(query, 'after_id'), cursor(query, 'before_id')];
  if (after !== undefined && before !== undefined)
    throw new ApiError('invalid_request_error', 'after_id and before_id cannot be used together.');
  const anchor = after ?? before;
  const at = anchor === undefined ? -1 : all.findIndex(({ id }) => id === anchor);
  if (anchor !== undefined && at < 0)
    throw new ApiError(
      'invalid_request_error',
      `${after === undefined ? 'before_id' : 'after_id'}: there is no "${anchor}"`,
    );
  const start = before === undefined ? at + 1 : Math.max(0, at - limit);
  const end = before === undefined ? start + limit : at;
  const data = all.slice(start, end);
  return {
    data,
    has_more: before === undefined ? end < all.length : start > 0,
    first_id: data[0]?.id ?? null,
    last_id: data.at(-1)?.id ?? null,
  };
};
