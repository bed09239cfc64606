import { ApiError } from '#core';
import type { Settlement } from '#exchange';

/** What is to become of a line after one try. */
export type Verdict =
  | { kind: 'answered' }
  /** The answer is no, and would be no again. */
  | { kind: 'final'; error: ApiError }
  /** It was not even sent: our own pace, limits or judgement of the upstreams kept it back. It waits its turn again, until it expires. */
  | { kind: 'held'; error: ApiError; retryAfterMs: number | undefined }
  /** Not an answer: nobody had room for it. It waits its turn again, until it expires. */
  | { kind: 'refused'; error: ApiError; retryAfterMs: number | undefined }
  /** Sent, and failed by no fault of its own. It is tried again, a limited number of times. */
  | { kind: 'failed'; error: ApiError; retryAfterMs: number | undefined };

/** No room now. 529 is overload, 503 comes where every upstream is switched off or says that it is away. */
const NO_ROOM = new Set([429, 503, 529]);
/** Of the client errors, the only ones that are not about the request. */
const PASSING = new Set([408, 409, 425]);

const retryAfterOf = ({ headers }: ApiError): number | undefined => {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined;
};

const UNREADABLE = new ApiError('api_error', 'The upstream sent an answer that cannot be read.', { status: 502 });

/** Judges by what a caller would have been told, by whether anything was sent, and by whether there is a message to keep. */
export const verdictOf = ({ outcome, error, attempts }: Settlement, hasMessage: boolean): Verdict => {
  if (outcome === 'answered')
    return hasMessage ? { kind: 'answered' } : { kind: 'failed', error: UNREADABLE, retryAfterMs: undefined };
  if (!error) throw new Error(`A line's call was ${outcome} without an error.`);
  const { status } = error;
  const retryAfterMs = retryAfterOf(error);
  if (outcome === 'failed' && status >= 400 && status < 500 && status !== 429 && !PASSING.has(status))
    return { kind: 'final', error };
  if (attempts.length === 0) return { kind: 'held', error, retryAfterMs };
  if (NO_ROOM.has(status)) return { kind: 'refused', error, retryAfterMs };
  return { kind: 'failed', error, retryAfterMs };
};
