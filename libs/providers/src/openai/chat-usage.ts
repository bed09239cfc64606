import { countOf, fieldsOf, recordOf } from '../shared/json-value.js';
import type { Usage, WireUsage } from '#core';
import { NO_USAGE } from '#core';

/** Characters of output to a token, for answers whose upstream never says what they cost. */
const CHARS_PER_TOKEN = 4;

/**
 * `usage` of a chat completion in disjoint buckets. Here `prompt_tokens` includes what came from the cache and
 * `completion_tokens` includes the reasoning; DeepSeek has names of its own for the cache. Null where nothing was said.
 */
export const usageOf = (wire: unknown): Usage => {
  const usage = recordOf(wire);
  if (!usage) return NO_USAGE;
  const prompt = countOf(usage.prompt_tokens);
  const promptDetails = fieldsOf(usage.prompt_tokens_details);
  const output = countOf(usage.completion_tokens);
  const reasoning = countOf(recordOf(usage.completion_tokens_details)?.reasoning_tokens);
  const cacheRead = countOf(promptDetails.cached_tokens) ?? countOf(usage.prompt_cache_hit_tokens);
  const cacheWrite = countOf(promptDetails.cache_write_tokens);
  return {
    input: prompt === null ? null : Math.max(0, prompt - (cacheRead ?? 0) - (cacheWrite ?? 0)),
    output,
    cacheRead,
    cacheWrite5m: cacheWrite,
    cacheWrite1h: null,
    thinking: reasoning === null || output === null ? reasoning : Math.min(reasoning, output),
  };
};

/** The same for the caller. What the upstream did not say is 0, but for the output, which is estimated. */
export const wireUsage = (usage: Usage, outputChars: number): WireUsage => ({
  input_tokens: usage.input ?? 0,
  cache_creation_input_tokens: usage.cacheWrite5m ?? 0,
  cache_read_input_tokens: usage.cacheRead ?? 0,
  output_tokens: usage.output ?? Math.ceil(outputChars / CHARS_PER_TOKEN),
  ...(usage.thinking !== null && { output_tokens_details: { thinking_tokens: usage.thinking } }),
});
