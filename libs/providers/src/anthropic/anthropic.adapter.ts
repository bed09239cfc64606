import type { ProviderAdapter } from '#core';
import { explainStatus } from '../shared/explain-status.js';
import { retryAfterMs } from '../shared/retry-after.js';
import { encodeRequest } from './encode-request.js';
import { readAnswer } from './read-answer.js';
import { AnthropicStreamReader } from './stream-reader.js';

export interface AnthropicAdapterOptions {
  /** Milliseconds since 1970, for `retry-after` dates of servers that do not tell their own time. */
  now?: () => number;
}

/**
 * The Anthropic API and services that are compatible with it. Callers speak the same wire, so bytes pass through both
 * ways and are read on the side. https://platform.claude.com/docs/en/api/messages
 */
export const createAnthropicAdapter = ({ now = Date.now }: AnthropicAdapterOptions = {}): ProviderAdapter => ({
  kind: 'anthropic',
  encode: encodeRequest,
  readWhole: (body, request) => readAnswer(body, request.endpoint),
  readStream: () => new AnthropicStreamReader(),
  explain: (status, headers, body) => ({
    kind: 'status',
    status,
    error: explainStatus(status, body),
    retryAfterMs: retryAfterMs(headers, now),
  }),
  readLimits: () => [],
});
