import type { ErrorObject, Failure } from '#core';

/** Where an upstream begins to quote, which may be what the caller has written. */
const QUOTES = /[:"'`“‘]/;
const THINGS = /(?:^|\s)(model|deployment|file|container|image|document|skill|thread|session|batch)s?(?=$|[\s/])/i;
const IS_A_MODEL = /^(model|deployment)$/i;
/** What OpenRouter calls a model that nobody serves. Under the same words it refuses what a request wants of a model. */
const OF_ENDPOINTS = /^no endpoints found for /i;
/** So says who names nothing: a path is wrong, or nothing of the API is there. */
const OF_NOTHING = /^not found\b.{0,2}$/i;

const NOT_FOUND = 404;

/**
 * What an upstream misses, by its own words and never by words that it quotes: a caller can name a file "model". Undefined where it says
 * nothing of that; the first thing that is named counts. Examples: `model: x`, `The model "x" does not exist`, `Publisher Model "x" was not found`, `File not found: x`.
 */
export const missingIn = (status: number | undefined, { type, message }: ErrorObject): Failure['missing'] => {
  if (status !== NOT_FOUND && type !== 'not_found_error') return undefined;
  const own = message.split(QUOTES, 1)[0] ?? '';
  if (IS_A_MODEL.test(THINGS.exec(own)?.[1] ?? '') || OF_ENDPOINTS.test(message)) return 'model';
  return OF_NOTHING.test(message.trim()) ? undefined : 'other';
};
