import type { ProviderAdapter, ProviderKind } from '#core';
import { createAnthropicAdapter } from './anthropic/anthropic.adapter.js';
import { createOpenAiAdapter } from './openai/openai.adapter.js';

export interface AdapterOptions {
  /** For tokens that come back from callers; the same on every replica. */
  signingKey: Buffer;
  /** A uniform byte, for ids. */
  randomByte: () => number;
  /** Milliseconds since 1970. */
  now: () => number;
}

/** Every upstream wire there is. A new one is a folder beside this file, and a line here. */
export const createAdapters = (options: AdapterOptions): Readonly<Record<ProviderKind, ProviderAdapter>> => ({
  anthropic: createAnthropicAdapter(options),
  openai: createOpenAiAdapter(options),
});
