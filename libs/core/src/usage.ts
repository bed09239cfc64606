/**
 * What an answer used, in disjoint buckets: a prompt is `input + cacheRead + cacheWrite5m + cacheWrite1h` tokens.
 * Null is "not said", which is not the same as zero.
 */
export interface Usage {
  input: number | null;
  output: number | null;
  cacheRead: number | null;
  cacheWrite5m: number | null;
  cacheWrite1h: number | null;
  /** Part of `output`, never in addition to it. */
  thinking: number | null;
}

export const NO_USAGE: Usage = {
  input: null,
  output: null,
  cacheRead: null,
  cacheWrite5m: null,
  cacheWrite1h: null,
  thinking: null,
};

const count = (value: unknown, before: number | null): number | null =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : before;

const fields = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

/**
 * Lays a `usage` member over what is known so far. Counters are cumulative, so a later number replaces an earlier
 * one and is never added to it; an absent or null counter leaves what was known.
 * Also reads the names that compatible services use for the same facts.
 */
export const mergeUsage = (known: Usage, wire: unknown): Usage => {
  const usage = fields(wire);
  const split = fields(usage.cache_creation);
  const oneHour = count(split.ephemeral_1h_input_tokens ?? usage.claude_cache_creation_1_h_tokens, known.cacheWrite1h);
  const written = count(usage.cache_creation_input_tokens ?? usage.cache_write_tokens, null);
  const fiveMinutes = count(
    split.ephemeral_5m_input_tokens ?? usage.claude_cache_creation_5_m_tokens,
    // Without a split every written token has the default lifetime of five minutes.
    written === null ? known.cacheWrite5m : Math.max(0, written - (oneHour ?? 0)),
  );
  return {
    input: count(usage.input_tokens, known.input),
    output: count(usage.output_tokens, known.output),
    cacheRead: count(usage.cache_read_input_tokens ?? usage.cache_read_tokens, known.cacheRead),
    cacheWrite5m: fiveMinutes,
    cacheWrite1h: oneHour,
    thinking: count(fields(usage.output_tokens_details).thinking_tokens ?? usage.reasoning_tokens, known.thinking),
  };
};
