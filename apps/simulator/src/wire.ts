import type { JsonObject } from './json-object.js';
import type { IncomingHttpHeaders } from 'node:http';
import type { Answer } from './answer/answer.js';
import type { Prompt } from './answer/prompt.js';
import type { Level } from './rate-buckets.js';
import type { Directives } from './directives/directives.js';
import type { Refusal } from './refusal.js';

export type WireName = 'anthropic' | 'openai';

/** What a request is read with. */
export interface ReadingOf {
  operation: 'messages' | 'count_tokens';
  headers: IncomingHttpHeaders;
  directives: Directives;
  /** Whether what the real API would refuse is refused. */
  strict: boolean;
}

/** What is told of limits in headers: those in force, and else some that are far away. */
export interface Quota {
  /** Milliseconds since the epoch. */
  now: number;
  rpm?: Level;
  'input-tpm'?: Level;
  'output-tpm'?: Level;
}

/** The tighter of the two limits of tokens; undefined when neither is in force. */
export const tightestTokens = ({ 'input-tpm': input, 'output-tpm': output }: Quota): Level | undefined => {
  if (!input || !output) return input ?? output;
  return input.remaining / input.limit <= output.remaining / output.limit ? input : output;
};

/** All that differs between the two APIs. Stateless. */
export interface Wire {
  readonly name: WireName;
  /** Of a message's and of a tool call's id. */
  readonly idPrefix: string;
  /** The key the caller sent, or null. */
  credential(headers: IncomingHttpHeaders): string | null;
  /** What to say to a caller without a key. */
  readonly noCredential: Refusal;
  /** Throws `Refusal`, in the words of the real API. */
  read(tree: JsonObject, reading: ReadingOf): Prompt;
  /** A whole answer: JSON. */
  whole(answer: Answer, directives: Directives): string;
  /** A streamed answer: whole SSE events, made as they are read. */
  events(answer: Answer, prompt: Prompt, directives: Directives): Iterable<string>;
  /** An error's body. */
  errorBody(error: { status: number; type: string; message: string }, requestId: string): string;
  /** An error as the last event of a stream. */
  errorEvent(error: { type: string; message: string }, requestId: string): string;
  /** Those that every answer has. */
  headers(requestId: string, quota: Quota): Record<string, string>;
}
