import type { ApiErrorType, ErrorObject } from '#core';
import { fieldsOf, parseJson, textOf } from './json-value.js';

const TYPE_OF = new Map<number, ApiErrorType>([
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [408, 'timeout_error'],
  [409, 'conflict_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
]);

const LONGEST_MESSAGE = 2000;

/** The error type that a status stands for when the upstream gives none. */
export const errorTypeOf = (status: number): ApiErrorType =>
  TYPE_OF.get(status) ?? (status >= 400 && status < 500 ? 'invalid_request_error' : 'api_error');

/** An `error` member as the Messages API has it, word for word; undefined for anything else. */
export const errorObjectOf = (value: unknown): ErrorObject | undefined => {
  const { type, message, ...rest } = fieldsOf(value);
  return typeof type === 'string' && typeof message === 'string' ? { ...rest, type, message } : undefined;
};

/** The sentence in an error of some other service's making. HTML and plain text have none that we would pass on. */
const messageIn = (body: unknown): string | undefined => {
  const { error, message, detail } = fieldsOf(body);
  return [fieldsOf(error).message, error, message, detail].map(textOf).find((text) => text.trim() !== '');
};

/** The error that a body tells of, whichever shape it is in; undefined for HTML, nothing and garbage. */
export const toldError = (status: number, body: Buffer): ErrorObject | undefined => {
  const answer = parseJson(body.toString());
  const official = fieldsOf(answer).type === 'error' ? errorObjectOf(fieldsOf(answer).error) : undefined;
  if (official) return official;
  const message = messageIn(answer)?.slice(0, LONGEST_MESSAGE);
  return message === undefined ? undefined : { type: errorTypeOf(status), message };
};

/** What stands for an error that says nothing, so that nothing but JSON written for a reader of the API gets through. */
export const untoldError = (status: number): ErrorObject => ({
  type: errorTypeOf(status),
  message: `The upstream answered with status ${status}.`,
});
