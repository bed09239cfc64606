import { bearerToken } from '../bearer.js';
import { Refusal } from '../refusal.js';
import type { Quota, Wire } from '../wire.js';
import { encodeEvent } from './event.js';
import { messageOf } from './message.js';
import { messageEvents } from './message-events.js';
import { readMessages } from './read-prompt.js';

/** Far above what a test sends: the counters move, and never run out by themselves. */
const TOKEN_LIMITS = { 'input-tokens': 2_000_000, 'output-tokens': 400_000, tokens: 2_400_000 };

const tokenHeaders = (reset: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(TOKEN_LIMITS).flatMap(([name, tokens]) => [
      [`anthropic-ratelimit-${name}-limit`, String(tokens)],
      [`anthropic-ratelimit-${name}-remaining`, String(tokens)],
      [`anthropic-ratelimit-${name}-reset`, reset],
    ]),
  );

/** What all answers of one second say alike: made once a second, since making it costs as much as the rest of a head. */
let alike: { second: number; reset: string; headers: Record<string, string> } = { second: -1, reset: '', headers: {} };

const alikeIn = (second: number): typeof alike => {
  if (second !== alike.second) {
    const reset = new Date((second + 1) * 1000).toISOString().replace('.000Z', 'Z');
    alike = { second, reset, headers: tokenHeaders(reset) };
  }
  return alike;
};

/** https://platform.claude.com/docs/en/api/rate-limits */
const quotaHeaders = ({ limit, remaining, now }: Quota): Record<string, string> => {
  const { reset, headers } = alikeIn(Math.floor(now / 1000));
  return {
    'anthropic-ratelimit-requests-limit': String(limit),
    'anthropic-ratelimit-requests-remaining': String(remaining),
    'anthropic-ratelimit-requests-reset': reset,
    ...headers,
  };
};

/** https://platform.claude.com/docs/en/api/errors */
const envelope = ({ type, message }: { type: string; message: string }, requestId: string) => ({
  type: 'error',
  error: { type, message },
  request_id: requestId,
});

/** The Messages API. https://platform.claude.com/docs/en/api/overview */
export const anthropicWire: Wire = {
  name: 'anthropic',
  idPrefix: 'msg_',
  credential: (headers) => {
    const key = headers['x-api-key'];
    return typeof key === 'string' && key !== '' ? key : bearerToken(headers);
  },
  noCredential: new Refusal(401, 'authentication_error', 'x-api-key header is required'),
  read: readMessages,
  whole: (answer, directives) => JSON.stringify(messageOf(answer, directives)),
  events: (answer, _prompt, directives) => messageEvents(answer, directives),
  errorBody: (error, requestId) => JSON.stringify(envelope(error, requestId)),
  errorEvent: (error, requestId) => encodeEvent(envelope(error, requestId)),
  headers: (requestId, quota) => ({
    'request-id': requestId,
    'anthropic-organization-id': '5b1a7c52-0000-4000-8000-000000000001',
    ...quotaHeaders(quota),
  }),
};
