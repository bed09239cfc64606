import { ApiError } from '#core';

const LIMIT = { default: 20, most: 1000 };

/** What a list is asked for, in the terms of the API: at most one of the two ids. */
export interface PageQuery {
  limit: number;
  afterId: string | undefined;
  beforeId: string | undefined;
}

const text = (query: Record<string, unknown>, name: string): string | undefined => {
  const value = query[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const readLimit = (query: Record<string, unknown>): number => {
  if (query.limit === undefined) return LIMIT.default;
  const limit = Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT.most)
    throw new ApiError('invalid_request_error', `limit: Input should be a whole number from 1 to ${LIMIT.most}`);
  return limit;
};

/** Reads the query of a list. Throws the 400 that names the parameter. */
export const readPageQuery = (query: Record<string, unknown>): PageQuery => {
  const page = { limit: readLimit(query), afterId: text(query, 'after_id'), beforeId: text(query, 'before_id') };
  if (page.afterId !== undefined && page.beforeId !== undefined)
    throw new ApiError('invalid_request_error', 'after_id and before_id cannot be used together.');
  return page;
};

/** The shape of every list of the API. `more` is about the direction that was asked for. */
export const pageView = <T extends { id: string }>(data: readonly T[], more: boolean) => ({
  data,
  has_more: more,
  first_id: data[0]?.id ?? null,
  last_id: data.at(-1)?.id ?? null,
});
