import { Failure } from '../failure.js';
import { Away } from './away.js';
import type { Connection } from './connection.js';

/** What came instead of what was asked for. */
export interface RefusedAnswer {
  status: number;
  /** The body, as far as it was read. */
  text: string;
  retryAfter: string | undefined;
}

const PASSING = new Set([408, 429, 500, 502, 503, 504, 529]);

const messageOf = (text: string): string | undefined => {
  try {
    const { error } = JSON.parse(text) as { error?: { message?: unknown } };
    return typeof error?.message === 'string' ? error.message : undefined;
  } catch {
    return undefined;
  }
};

const cure = (status: number, { keyOrigin }: Connection): string => {
  switch (status) {
    case 401:
      return `The key was ${keyOrigin}; set SWITCHYARD_API_KEY to one of the keys in the gateway's configuration.`;
    case 403:
      return `The key was ${keyOrigin}; set SWITCHYARD_API_KEY to one that may do this.`;
    case 404:
      return `A key sees the batches of its own workspace; the key was ${keyOrigin}. switchyard batch list shows them.`;
    case 413:
      return 'Split the file: a batch has at most 256 MB, and a request 32 MB.';
    case 429:
      return 'Wait until earlier batches have ended, or cancel one; switchyard batch list shows them.';
    default:
      return PASSING.has(status) ? 'Try again in a moment; the log of the gateway has more.' : '';
  }
};

/** `retry-after` in seconds or as a date (RFC 9110, 10.2.3). */
const retryAfterMs = (value: string | undefined, now: number): number | undefined => {
  if (value === undefined) return undefined;
  const ms = /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
};

/** What a person is told of an answer that is no success: what happened, why, and what to do. */
export const refusalOf = (answer: RefusedAnswer, connection: Connection, now: number): Failure => {
  const { status, text, retryAfter } = answer;
  const told = messageOf(text);
  const what =
    told === undefined
      ? `${connection.url} answered ${status} with something that no Switchyard says. Is this the right address? Name another with --gateway.`
      : `${connection.url} answered ${status}: ${told.replace(/[^.!?]$/, '$&.')}`;
  const message = `${what} ${told === undefined ? '' : cure(status, connection)}`.trim();
  if (!PASSING.has(status)) return new Failure(message);
  return new Away('busy', message, `answers ${status}`, { retryAfterMs: retryAfterMs(retryAfter, now) });
};

interface NetworkError {
  code?: string;
  message?: string;
  cause?: NetworkError;
  errors?: readonly NetworkError[];
}

/** The names of several addresses for one host fail together. */
const codeOf = (error: NetworkError): string =>
  error.code ?? error.errors?.[0]?.code ?? error.cause?.code ?? error.message ?? 'unknown';

const NOBODY = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** The same of a call that had no answer, or only a part of one. */
export const networkFailure = (cause: unknown, { url }: Connection): Away => {
  const code = codeOf(cause as NetworkError);
  if (NOBODY.has(code))
    return new Away(
      'absent',
      `No gateway answers at ${url} (${code}). Start one with npm start or switchyard gateway, or name another with --gateway or SWITCHYARD_URL.`,
      `cannot be reached (${code})`,
      { cause },
    );
  return new Away('lost', `The connection to ${url} was lost (${code}).`, `broke off (${code})`, { cause });
};
