import { type ErrorObject, type Failure, STATUS_OF } from '#core';
import { missingIn } from './missing-in.js';

/** The answer ended before it was whole. */
export const cutAnswer = (): Failure => ({
  kind: 'cut',
  error: { type: 'api_error', message: 'The upstream ended its answer before it was complete.' },
});

/** A 2xx with something that is no answer. `cause` is for the log: it may be HTML, or anything else. */
export const badAnswer = (what: string, cause?: unknown): Failure => ({
  kind: 'bad-answer',
  error: { type: 'api_error', message: `The upstream sent ${what}.` },
  cause,
});

const STATUSES = new Map<string, number>(Object.entries(STATUS_OF));

/** An error inside a 2xx answer, with the status that it would have had outside. */
export const errorInAnswer = (error: ErrorObject): Failure => {
  const status = STATUSES.get(error.type);
  const missing = missingIn(status, error);
  return { kind: 'error-event', status, error, ...(missing && { missing }) };
};
