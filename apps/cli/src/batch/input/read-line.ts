import { type BatchRequest, MAX_PARAMS_DEPTH, readRequest } from '#batches';
import { ApiError, InvalidJson, scanTopLevel, type TopLevelScan } from '#core';

const scan = (line: Buffer): TopLevelScan => {
  try {
    return scanTopLevel(line, { maxDepth: MAX_PARAMS_DEPTH + 1 });
  } catch (error) {
    if (!(error instanceof InvalidJson)) throw error;
    throw new ApiError('invalid_request_error', `not valid JSON: ${error.message} of this line`, { cause: error });
  }
};

const misfit = (found: TopLevelScan): string => {
  if (found.last('requests'))
    return 'is a whole batch; a file is either one {"requests": […]}, or one request on each line';
  return 'is no request: write {"custom_id": …, "params": {…}}, or a Messages request with model, max_tokens and messages';
};

/**
 * One request on a line of its own: an element of a batch, or a bare Messages request, which is called after its line.
 * Throws an `ApiError` that says what is wrong with it.
 */
export const readLine = (line: Buffer, number: number): BatchRequest => {
  const found = scan(line);
  const hasId = found.last('custom_id') !== undefined;
  if (hasId && found.last('url') && found.last('body'))
    throw new ApiError(
      'invalid_request_error',
      'is in the form of another service: write "params" with a Messages request, in place of "method", "url" and "body"',
    );
  if (hasId || found.last('params')) return readRequest(line, number - 1);
  if (!found.last('messages')) throw new ApiError('invalid_request_error', misfit(found));
  return { customId: `line-${number}`, params: line };
};
