import { bearerToken } from '../bearer.js';
import { Refusal } from '../refusal.js';
import type { Level } from '../rate-buckets.js';
import { type Quota, tightestTokens, type Wire } from '../wire.js';
import { encodeEvent } from './event.js';
import { messageOf } from './message.js';
import { messageEvents } from './message-events.js';
import { readMessages } from './read-prompt.js';

const PREFIX = 'anthropic-ratelimit-';

/** Far above what a test sends: limits that are not asked for never run out. */
const FAR_AWAY = {
  requests: { limit: 4000, remaining: 3999 },
  'input-tokens': { limit: 2_000_000, remaining: 2_000_000 },
  'output-tokens': { limit: 400_000, remaining: 400_000 },
  tokens: { limit: 2_400_000, remaining: 2_400_000 },
};

/** RFC 3339 in whole seconds, as the API tells time. */
const inSeconds = (ms: number): string => new Date(Math.ceil(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z');

const limitHeaders = (name: string, { limit, remaining }: Omit<Level, 'fullInMs'>, reset: string) => ({
  [`${PREFIX}${name}-limit`]: String(limit),
  [`${PREFIX}${name}-remaining`]: String(remaining),
  [`${PREFIX}${name}-reset`]: reset,
});

/** What all answers of one second say alike: made once a second, since making it costs as much as the rest of a head. */
let alike: { second: number; headers: Record<string, string> } = { second: -1, headers: {} };

const alikeIn = (second: number): Record<string, string> => {
  if (second !== alike.second) {
    const reset = inSeconds((second + 1) * 1000);
    const headers = Object.entries(FAR_AWAY).map(([name, level]) => limitHeaders(name, level, reset));
    alike = { second, headers: Object.assign({}, ...headers) as Record<string, string> };
  }
  return alike.headers;
};

/** https://platform.claude.com/docs/en/api/rate-limits */
const quotaHeaders = (quota: Quota): Record<string, string> => {
  const headers = { ...alikeIn(Math.floor(quota.now / 1000)) };
  const inForce: Record<string, Level | undefined> = {
    requests: quota.rpm,
    'input-tokens': quota['input-tpm'],
    'output-tokens': quota['output-tpm'],
    tokens: tightestTokens(quota),
  };
  for (const [name, level] of Object.entries(inForce))
    if (level) Object.assign(headers, limitHeaders(name, level, inSeconds(quota.now + level.fullInMs)));
  return headers;
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
