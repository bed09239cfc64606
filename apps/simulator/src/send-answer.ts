import type { Call } from './call.js';
import type { Directives } from './directives/directives.js';
import { type Disturbance, disturbances } from './http/disturbance.js';
import { DisturbedSending } from './http/disturbed-sending.js';
import { sendFreely } from './http/free-sending.js';

/** An answer as it goes over the wire: whole events of a stream, or one piece. */
export interface Encoded {
  streamed: boolean;
  pieces: Iterable<string>;
}

const STREAM_HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
};

const byteLength = (pieces: Iterable<string>): number => {
  let length = 0;
  for (const piece of pieces) length += Buffer.byteLength(piece);
  return length;
};

/** A whole answer tells its length, unless the directives make that untrue in a way that a cut does not. */
const lengthHeader = ({ streamed, pieces }: Encoded, directives: Directives): Record<string, string> =>
  streamed || directives.end || directives.garbage || directives['huge-line'] || directives.gzip
    ? {}
    : { 'content-length': String(byteLength(pieces)) };

const headersOf = (encoded: Encoded, directives: Directives): Record<string, string> => ({
  ...(encoded.streamed ? STREAM_HEADERS : { 'content-type': 'application/json' }),
  ...lengthHeader(encoded, directives),
  ...(directives.gzip && { 'content-encoding': 'gzip' }),
});

const isPaced = (directives: Directives): boolean =>
  Boolean(directives['first-byte'] || directives.gap || directives.chunk || directives.crlf || directives.gzip);

const sendDisturbed = async (call: Call, encoded: Encoded, planned: readonly Disturbance[]): Promise<void> => {
  const { directives, reply, route, entry } = call;
  const { 'first-byte': firstByte } = directives;
  call.head(200, headersOf(encoded, directives), true);
  if (firstByte && !(await reply.pause(firstByte))) return;
  const sending = new DisturbedSending(reply, directives, planned, (error) =>
    route.wire.errorEvent(error, entry.request_id),
  );
  const end = await sending.send(encoded.pieces);
  if (end === 'broken-off') call.close('faulted');
};

/** Sends an answer the way the call's directives want it sent. Resolves when nothing more will be written. */
export const sendAnswer = async (call: Call, encoded: Encoded): Promise<void> => {
  const { reply, directives } = call;
  const planned = disturbances(directives);
  if (planned.length > 0 || directives.poison) call.outcome = 'faulted';
  if (directives.poison) reply.poison();
  if (planned.length > 0 || isPaced(directives)) return sendDisturbed(call, encoded, planned);
  call.head(200, headersOf(encoded, directives));
  return sendFreely(reply, encoded.pieces);
};
