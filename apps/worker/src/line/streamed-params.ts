import { applyEdits, type OutboundRequest, replaceValue } from '#core';

const TRUE = Buffer.from('true');

/** The bytes of the request that asks for the same as a stream. No other byte changes. */
export const streamedParams = ({ body, scan }: OutboundRequest): Buffer => {
  const stream = scan.last('stream');
  if (stream) return applyEdits(body, [replaceValue(stream, TRUE)]);
  const at = scan.last('model')?.valueEnd ?? 0;
  return applyEdits(body, [{ start: at, end: at, bytes: Buffer.from(',"stream":true') }]);
};
