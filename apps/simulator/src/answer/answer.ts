import type { PromptUsage } from './prompt-cache.js';

/** One tool call of an answer. */
export interface ToolCall {
  /** To be prefixed in the manner of the wire. */
  id: string;
  name: string;
  /** JSON. */
  input: string;
}

/** An answer before it is put on a wire. */
export interface Answer {
  /** With the wire's prefix, unless a directive gave it whole. */
  id: string;
  model: string;
  /** Pieces, in the size in which a stream tells them. Empty means that it did not think. */
  thinking: readonly string[];
  /** Whether the caller is shown what was thought. */
  thinkingShown: boolean;
  /** Pieces. Long texts are made while they are read, so it is read once a sending. Undefined means no text at all. */
  text: Iterable<string> | undefined;
  tools: readonly ToolCall[];
  stop: 'finished' | 'length' | 'sequence' | 'tools';
  /** The sequence that stopped it. */
  stopSequence: string | null;
  /** A stop reason to tell in place of the true one, in the wire's own words. */
  stopAs: string | undefined;
  usage: PromptUsage & { output: number; thinking: number };
}
