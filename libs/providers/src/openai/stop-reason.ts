import type { Failure, StopReason } from '#core';
import { badAnswer, errorInAnswer } from '../shared/failures.js';

/** How an answer ended, as far as the upstream says. */
export interface Finish {
  /** `finish_reason`. */
  reason: string;
  /** The stop string that was met; only vLLM tells. */
  stopString: string | undefined;
  hasCalls: boolean;
  /** Text of a refusal, empty when there was none. */
  refusal: string;
}

export interface StopFields {
  stop_reason: StopReason;
  stop_sequence: string | null;
  stop_details?: { type: 'refusal'; category: null; explanation: string | null };
}

/** `finish_reason` and its synonyms in servers that are almost compatible. */
const ENDS: Readonly<Record<string, 'stop' | 'calls' | 'length' | 'filtered' | 'overloaded'>> = {
  stop: 'stop',
  eos: 'stop',
  eos_token: 'stop',
  end_turn: 'stop',
  stop_sequence: 'stop',
  tool_calls: 'calls',
  tool_use: 'calls',
  function_call: 'calls',
  length: 'length',
  max_tokens: 'length',
  content_filter: 'filtered',
  sensitive: 'filtered',
  insufficient_system_resource: 'overloaded',
};

const NO_CAPACITY = {
  type: 'overloaded_error',
  message: 'The upstream ran out of capacity while answering.',
};

/** Whether the answer was cut off by a limit on its length. */
export const isTruncated = (reason: string): boolean => ENDS[reason] === 'length';

/** The end of the answer for the caller, or the failure that it is in truth. */
export const stopOf = ({ reason, stopString, hasCalls, refusal }: Finish): StopFields | Failure => {
  const end = Object.hasOwn(ENDS, reason) ? ENDS[reason] : undefined;
  if (end === 'overloaded') return errorInAnswer(NO_CAPACITY);
  if (end === 'filtered' || (refusal !== '' && end === 'stop')) return refused(refusal);
  if (end === 'length') return { stop_reason: 'max_tokens', stop_sequence: null };
  // Some servers say `stop` although they call tools, and none may say `tool_calls` and call none.
  if (hasCalls && end) return { stop_reason: 'tool_use', stop_sequence: null };
  if (end !== 'stop') return badAnswer(`the end of an answer that makes no sense: "${reason.slice(0, 64)}"`);
  if (stopString !== undefined) return { stop_reason: 'stop_sequence', stop_sequence: stopString };
  return { stop_reason: 'end_turn', stop_sequence: null };
};

const refused = (refusal: string): StopFields => ({
  stop_reason: 'refusal',
  stop_sequence: null,
  stop_details: { type: 'refusal', category: null, explanation: refusal === '' ? null : refusal },
});
