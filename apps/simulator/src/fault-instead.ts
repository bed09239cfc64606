import { numberBelow, seededRandom } from './answer/random.js';
import type { Call } from './call.js';
import { errorType } from './error-type.js';
import { disturbances } from './http/disturbance.js';
import { takeRequest } from './limits.js';
import { Refusal } from './refusal.js';

const HTML = '<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head><body><h1>Bad gateway</h1></body></html>\n';

/** The error that the directives ask for, in place of an answer or in the body of a 200. */
const askedError = ({ directives }: Call, status: number): { status: number; type: string; message: string } => ({
  status,
  type: directives.error ?? errorType(status),
  message: directives.message ?? 'Simulated error.',
});

const noise = (call: Call): Buffer => {
  const random = seededRandom(call.simulation.settings.seed);
  return Buffer.from(Array.from({ length: 512 }, () => numberBelow(random, 256)));
};

/** A body that is no answer, under a status that may say otherwise. */
const sendOddBody = (call: Call, body: 'html' | 'error' | 'empty' | 'garbage'): void => {
  const { wire } = call.route;
  const { status = 200 } = call.directives;
  const usual = call.entry.stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  switch (body) {
    case 'html':
      call.head(status, { 'content-type': 'text/html; charset=utf-8' });
      return call.reply.end(HTML);
    case 'error':
      call.head(status, { 'content-type': 'application/json' });
      return call.reply.end(wire.errorBody(askedError(call, status < 400 ? 500 : status), call.entry.request_id));
    case 'empty':
      call.head(status, { 'content-type': usual });
      return call.reply.end();
    case 'garbage':
      call.head(status, { 'content-type': usual });
      return call.reply.end(noise(call));
  }
};

/** What happens to the connection before there is any answer. True when that is the end of the call. */
const disturbConnection = async (call: Call): Promise<boolean> => {
  const first = disturbances(call.directives).find(({ at }) => at.unit === 'head');
  switch (first?.kind) {
    case 'stall':
      await call.reply.callerGone();
      return true;
    case 'garbage':
      call.reply.raw('!@#$ no HTTP here\r\n\r\n');
      call.reply.cut();
      break;
    case 'cut':
      call.reply.cut();
      break;
    case 'reset':
      await call.reply.reset();
      break;
    case 'end':
    case 'error-event':
    case 'huge-line':
    case 'silence':
    case undefined:
      return false;
  }
  call.close('faulted');
  return true;
};

/**
 * Does to a call what the directives want done instead of answering it. True when nothing is left to be done; throws
 * `Refusal` for an error that the API's envelope is to carry.
 */
export const faultInstead = async (call: Call): Promise<boolean> => {
  const { delay, status, body } = call.directives;
  if (delay && !(await call.reply.pause(delay))) return true;
  if (await disturbConnection(call)) return true;
  takeRequest(call);
  if (body !== undefined && body !== 'json') {
    call.outcome = 'faulted';
    sendOddBody(call, body);
    return true;
  }
  if (status === undefined) return false;
  call.outcome = 'faulted';
  const { type, message } = askedError(call, status);
  throw new Refusal(status, type, message);
};
