import { bearerToken } from '../bearer.js';
import { Refusal } from '../refusal.js';
import type { Level } from '../rate-buckets.js';
import { tightestTokens, type Wire } from '../wire.js';
import { completionOf } from './completion.js';
import { completionChunks } from './completion-chunks.js';
import { readCompletion } from './read-prompt.js';

/** What an error is called here that the Messages API names thus. https://platform.openai.com/docs/guides/error-codes */
const ERRORS: Readonly<Record<string, { type: string; code: string | null }>> = {
  authentication_error: { type: 'invalid_request_error', code: 'invalid_api_key' },
  billing_error: { type: 'insufficient_quota', code: 'insufficient_quota' },
  permission_error: { type: 'invalid_request_error', code: 'unsupported_country_region_territory' },
  not_found_error: { type: 'invalid_request_error', code: 'model_not_found' },
  rate_limit_error: { type: 'requests', code: 'rate_limit_exceeded' },
  api_error: { type: 'server_error', code: null },
  overloaded_error: { type: 'server_error', code: null },
  timeout_error: { type: 'server_error', code: null },
};

const errorOf = ({ type, message }: { type: string; message: string }) => {
  const named = ERRORS[type] ?? { type, code: null };
  return { error: { message, type: named.type, param: null, code: named.code } };
};

/** `15ms`, `8.64s` or `6m0s`, as Go writes durations. */
const duration = (ms: number): string => {
  if (ms > 0 && ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms) / 1_000;
  const minutes = Math.floor(seconds / 60);
  return `${minutes > 0 ? `${minutes}m` : ''}${Number((seconds - minutes * 60).toFixed(3))}s`;
};

/** https://platform.openai.com/docs/guides/rate-limits */
const limitHeaders = (name: string, { limit, remaining, fullInMs }: Level): Record<string, string> => ({
  [`x-ratelimit-limit-${name}`]: String(limit),
  [`x-ratelimit-remaining-${name}`]: String(remaining),
  [`x-ratelimit-reset-${name}`]: duration(fullInMs),
});

/** Chat Completions. https://platform.openai.com/docs/api-reference/chat */
export const openaiWire: Wire = {
  name: 'openai',
  idPrefix: 'chatcmpl-',
  credential: bearerToken,
  noCredential: new Refusal(401, 'authentication_error', "You didn't provide an API key."),
  read: readCompletion,
  whole: (answer, directives) => JSON.stringify(completionOf(answer, directives)),
  events: completionChunks,
  errorBody: (error) => JSON.stringify(errorOf(error)),
  errorEvent: (error) => `data: ${JSON.stringify(errorOf(error))}\n\n`,
  headers: (requestId, quota) => ({
    'x-request-id': requestId,
    'openai-organization': 'simulator',
    'openai-processing-ms': '1',
    'openai-version': '2020-10-01',
    ...limitHeaders('requests', quota.rpm ?? { limit: 4000, remaining: 3999, fullInMs: 15 }),
    ...limitHeaders('tokens', tightestTokens(quota) ?? { limit: 2_000_000, remaining: 2_000_000, fullInMs: 0 }),
  }),
};
