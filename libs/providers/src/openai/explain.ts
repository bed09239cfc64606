import type { ApiErrorType, Failure } from '#core';
import { errorTypeOf, untoldError } from '../shared/explain-status.js';
import { missingIn } from '../shared/missing-in.js';
import { reachedLimit } from '../shared/reached-limit.js';
import type { ResponseHeaders } from '../shared/response-headers.js';
import { retryAfterMs } from '../shared/retry-after.js';
import { countOf, parseJson, recordOf, textOf } from '../shared/json-value.js';
import { readLimits } from './read-limits.js';
import { saysTooLong, tooLongMessage } from './prompt-too-long.js';

/** What an upstream's error says, whichever of the vendors' shapes it came in. */
interface Complaint {
  message: string;
  code: string;
  /** What the upstream calls it, as far as no caller can have put it there. */
  words: string;
  /** A status inside the body, for errors that have no HTTP status of their own. */
  status: number | undefined;
}

/** What an error stands for: the status that it should have had, and its type in the Messages API. */
interface Meaning {
  words: RegExp;
  status: number;
  type: ApiErrorType;
  errorCode?: string;
  missing?: 'model';
}

/**
 * Codes and types that say more than the status they come under; the first match counts. Messages are not searched,
 * because callers can get their own words into them, and a caller must not be able to have our credential taken for an
 * unpaid one. `insufficient_quota` stays a 429: OpenAI means an empty account by it, Qwen a limit of tokens a minute.
 */
const MEANINGS: readonly Meaning[] = [
  { words: /insufficient.?quota/i, status: 429, type: 'billing_error' },
  { words: /insufficient.?balance|billing|arrearage|overdue/i, status: 402, type: 'billing_error' },
  { words: /invalid.?api.?key|authentication/i, status: 401, type: 'authentication_error' },
  {
    words: /model.?not.?(found|exist|open)|InvalidEndpointOrModel|deployment.?not.?found/i,
    status: 404,
    type: 'not_found_error',
    missing: 'model',
  },
  {
    words: /content.?policy|content.?filter|data.?inspection|sensitive.?content/i,
    status: 400,
    type: 'invalid_request_error',
    errorCode: 'content_policy_violation',
  },
  { words: /rate.?limit|throttling|too.?many.?requests/i, status: 429, type: 'rate_limit_error' },
  { words: /overload|insufficient_system_resource/i, status: 529, type: 'overloaded_error' },
];

/** A failure without its kind and its times. */
type Told = Pick<Failure, 'error' | 'missing'> & { status: number };

/** Under which statuses a request may be called too long. Errors inside a 200 may have none of their own. */
const TOO_LONG_UNDER: ReadonlySet<number | undefined> = new Set([400, 413, 422, undefined]);

/** What DeepSeek says in a message of its own under a code that means nothing. */
const SPOKEN = /^model not exist$/i;

const RATE_LIMITED = 429;

/** A body with an error status. Accepts HTML, nothing, and garbage. */
export const explainAnswer = (status: number, headers: ResponseHeaders, body: Buffer, now: () => number): Failure => {
  const complaint = readComplaint(parseJson(body.toString()));
  const meaning: Told = complaint
    ? meaningOf(complaint, status)
    : { ...verdict(status, untoldError(status).message), missing: undefined };
  const told = { kind: 'status' as const, ...meaning, retryAfterMs: retryAfterMs(headers, now) };
  if (meaning.status !== RATE_LIMITED) return told;
  const words = complaint ? `${complaint.words} ${complaint.message}` : '';
  const { dimension, resetMs } = reachedLimit(words, readLimits(headers, now));
  return { ...told, dimension, retryAfterMs: told.retryAfterMs ?? resetMs };
};

/** The failure that an object inside a 200 answer stands for; undefined when it is no error. */
export const errorInside = (value: unknown): Failure | undefined => {
  const object = recordOf(value);
  if (!object) return undefined;
  const bare = object.object === 'error' || (typeof object.code === 'string' && object.choices === undefined);
  if (!object.error && !(bare && typeof object.message === 'string')) return undefined;
  const complaint = readComplaint(object);
  return complaint && { kind: 'error-event', ...meaningOf(complaint, undefined) };
};

/** `{error: {…}}`, `{error: "…"}`, `{message, code}`, `{detail}`: all are in use. */
const readComplaint = (body: unknown): Complaint | undefined => {
  const outer = recordOf(body);
  if (!outer) return undefined;
  const inner = recordOf(outer.error) ?? outer;
  const code = textOf(inner.code);
  const message = messageIn(inner) || textOf(outer.error) || code;
  if (message === '' && !outer.error) return undefined;
  return {
    message: clean(message || 'The upstream reported an error without a message.'),
    words: `${code} ${textOf(inner.type)} ${SPOKEN.test(message) ? message : ''}${isModeration(inner) ? ' content_filter' : ''}`,
    code,
    status: [inner.status_code, inner.code, inner.status].map(countOf).find(isErrorStatus) ?? undefined,
  };
};

/** OpenRouter refuses what a moderator has flagged with a 403, which elsewhere is about the key. */
const isModeration = ({ metadata }: Record<string, unknown>): boolean =>
  textOf(recordOf(metadata)?.flagged_input) !== '' || Array.isArray(recordOf(metadata)?.reasons);

const messageIn = ({ message, msg, detail }: Record<string, unknown>): string => {
  if (typeof detail === 'object' && detail !== null) return JSON.stringify(detail); // FastAPI's list of faults
  return textOf(message) || textOf(msg) || textOf(detail);
};

const isErrorStatus = (status: number | null): status is number => status !== null && status >= 400 && status < 600;

const meaningOf = (complaint: Complaint, httpStatus: number | undefined): Told => {
  const { message, words, code } = complaint;
  const given = httpStatus ?? complaint.status;
  // A failing server may say anything; only below 500 do the words outweigh the status.
  if (given !== undefined && given >= 500) return verdict(given, message);
  if (TOO_LONG_UNDER.has(given) && saysTooLong(code, message)) return verdict(400, tooLongMessage(message));
  const meaning = MEANINGS.find((candidate) => candidate.words.test(words));
  if (!meaning) return verdict(given ?? 500, message);
  const details = meaning.errorCode === undefined ? {} : { details: { error_code: meaning.errorCode } };
  const { status, type, missing } = meaning;
  return { status, error: { type, message, ...details }, ...(missing && { missing }) };
};

const verdict = (status: number, message: string): Told => {
  if (status === 422) return verdict(400, message); // FastAPI's 400; the Messages API has no 422
  const error = { type: errorTypeOf(status), message };
  const missing = missingIn(status, error);
  return { status, error, ...(missing && { missing }) };
};

const LONGEST_MESSAGE = 1_000;

/** An upstream's own words without the names of our account and keys, which some vendors put in. */
const clean = (message: string): string =>
  message
    .replace(/\b(org|proj|sk|acct|key)[-_][\w*-]{4,}/gi, '…')
    .slice(0, LONGEST_MESSAGE)
    .trim();
