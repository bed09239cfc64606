import { NO_USAGE, type StopReason, type Usage } from '#core';
import type { Settlement } from './call.js';

/** Characters that a token stands for, roughly, in any of the models' vocabularies. */
const CHARS_PER_TOKEN = 4;

/** What an answer has said of itself so far. */
export interface AnswerFacts {
  usage: Usage;
  stopReason: StopReason | null;
  /** Characters of text, thinking and tool input. */
  outputChars: number;
}

/**
 * The usage to put down. A stream that broke, or whose caller left, has not said what it produced: then the
 * characters that came are counted instead, unless the upstream's own number is already larger.
 */
export const settledUsage = (
  facts: { usage: Usage; outputChars?: number } | undefined,
  outcome: Settlement['outcome'],
): { usage: Usage; usageEstimated: boolean } => {
  const usage = facts?.usage ?? NO_USAGE;
  const chars = facts?.outputChars ?? 0;
  if (outcome === 'answered' || chars === 0) return { usage, usageEstimated: false };
  const output = Math.max(usage.output ?? 0, Math.ceil(chars / CHARS_PER_TOKEN));
  return { usage: { ...usage, output }, usageEstimated: true };
};
