import {
  applyEdits,
  type Endpoint,
  type Failure,
  InvalidJson,
  mergeUsage,
  NO_USAGE,
  scanTopLevel,
  type TopLevelScan,
  type WholeAnswer,
} from '#core';
import { errorObjectOf } from '../shared/explain-status.js';
import { badAnswer, cutAnswer, errorInAnswer } from '../shared/failures.js';
import { parseJson, textOf } from '../shared/json-value.js';
import { editMessage } from './official-form.js';

/** Far beyond any answer; the scan needs no stack, and this keeps it from needing memory. */
const MAX_DEPTH = 1000;
const LOGGED_BYTES = 500;

/** What to log of a body that is no JSON. Of a broken answer only where it broke: what models say is not for logs. */
const logged = (body: Buffer, fault: InvalidJson): string => {
  const beginning = body.toString('utf8', 0, LOGGED_BYTES).trimStart();
  return beginning.startsWith('{') ? fault.message : `${fault.message}: ${beginning}`;
};

const scanAnswer = (body: Buffer): TopLevelScan | Failure => {
  try {
    return scanTopLevel(body, { maxDepth: MAX_DEPTH });
  } catch (error) {
    if (!(error instanceof InvalidJson)) throw error;
    if (error.offset === body.length) return cutAnswer();
    return badAnswer('something that is no JSON object', logged(body, error));
  }
};

/** Reads a whole answer of the Messages API. The body is passed on as it came, unless it departs from the API's form. */
export const readAnswer = (body: Buffer, endpoint: Endpoint): WholeAnswer | Failure => {
  const scan = scanAnswer(body);
  if ('kind' in scan) return scan;
  const valueOf = (key: string): unknown => {
    const member = scan.last(key);
    return member && parseJson(body.toString('utf8', member.valueStart, member.valueEnd));
  };

  const type = valueOf('type');
  if (type === 'error') {
    const error = errorObjectOf(valueOf('error'));
    return error ? errorInAnswer(error) : badAnswer('an error that says nothing');
  }
  if (endpoint === 'count_tokens') {
    // Counting is free, so what was counted is no usage.
    if (typeof valueOf('input_tokens') !== 'number') return badAnswer('something that is no count of tokens');
    return { body, usage: NO_USAGE, stopReason: null, model: null };
  }
  if (type !== 'message' || !scan.last('content')) return badAnswer('something that is no message');

  const edits = editMessage(body, (key) => scan.last(key));
  const answer = edits.length === 0 ? body : applyEdits(body, edits);
  const reason = textOf(valueOf('stop_reason')) || null;
  return {
    body: answer,
    usage: mergeUsage(NO_USAGE, valueOf('usage')),
    stopReason: reason === 'content_filter' ? 'refusal' : reason,
    model: textOf(valueOf('model')) || null,
  };
};
