import { ApiError } from '#core';

/** A 400 in the manner of the API: `path: what is wrong with it`. */
export const invalidRequest = (message: string): ApiError => new ApiError('invalid_request_error', message);
