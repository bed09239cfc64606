import { ApiError, InvalidJson } from '#core';
import { MAX_PARAMS_DEPTH } from './limits.js';

/** What a caller is told of a batch that cannot be taken in. All in the manner of the API: `path: what is wrong with it`. */

const LONGEST_NAME = 100;

export const invalidRequest = (message: string): ApiError => new ApiError('invalid_request_error', message);

/** Of a field that nobody asked for. `path` ends with a point, or is empty. */
export const extraInput = (path: string, name: string): ApiError =>
  invalidRequest(
    `${path}${name.length > LONGEST_NAME ? `${name.slice(0, LONGEST_NAME)}…` : name}: Extra inputs are not permitted`,
  );

/** Of the whole body, or of what `path` names. */
export const tooLarge = (maxBytes: number, path?: string): ApiError =>
  new ApiError(
    'request_too_large',
    `${path === undefined ? '' : `${path}: `}Request exceeds the maximum size of ${maxBytes} bytes.`,
  );

/** Of text outside of the requests; the fault's offset is one of the body. */
export const brokenBody = (fault: InvalidJson): ApiError => {
  if (fault.reason === 'empty') return invalidRequest('The request body is empty: send a JSON object.');
  if (fault.reason === 'not-an-object') return invalidRequest('The request body must be a JSON object.');
  return invalidRequest(`The request body is not valid JSON: ${fault.message}.`);
};

export const tooDeep = (index: number): ApiError =>
  invalidRequest(`requests.${index}: Nested deeper than ${MAX_PARAMS_DEPTH} levels`);

/** Of text in one request; the fault's offset is one of the request. */
export const brokenRequest = (index: number, fault: InvalidJson): ApiError => {
  if (fault.reason === 'depth') return tooDeep(index);
  if (fault.reason === 'members') return invalidRequest(`requests.${index}: Extra inputs are not permitted`);
  return invalidRequest(`requests.${index}: not valid JSON: ${fault.message} of this request.`);
};

/** A body that ended in the transport, not in its text. */
export const cutOff = (cause: unknown): ApiError =>
  new ApiError('invalid_request_error', 'The request body was cut off.', { cause });
