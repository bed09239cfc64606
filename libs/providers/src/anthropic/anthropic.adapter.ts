import type { ProviderAdapter } from '#core';
import { encodeRequest } from './encode-request.js';
import { explainAnswer } from './explain.js';
import { readAnswer } from './read-answer.js';
import { readLimits } from './read-limits.js';
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
  explain: (status, headers, body) => explainAnswer(status, headers, body, now),
  readLimits: (headers) => readLimits(headers, now),
});
