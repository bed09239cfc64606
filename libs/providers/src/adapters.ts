import type { ProviderAdapter, ProviderKind } from '#core';
import { createAnthropicAdapter } from './anthropic/anthropic.adapter.js';
import { createOpenAiAdapter } from './openai/openai.adapter.js';

/** Every upstream wire there is. A new one is a folder beside this file, and a line here. */
export const createAdapters = (options: {
  /** For tokens that come back from callers; the same on every replica. */
  signingKey: Buffer;
  /** A uniform byte, for ids. */
  randomByte: () => number;
}): Readonly<Record<ProviderKind, ProviderAdapter>> => ({
  anthropic: createAnthropicAdapter(),
  openai: createOpenAiAdapter(options),
});
