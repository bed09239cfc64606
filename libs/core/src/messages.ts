/**
 * The Messages wire as types: the request tree, the content blocks and the answer.
 * Types are open where the API is: unknown fields and block types pass through untouched.
 * https://platform.claude.com/docs/en/api/messages/create
 */

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** `2023-06-01`, or `2026-10-21` which has no sampling parameters. A caller who names none gets the older. */
export type ApiVersion = '2023-06-01' | '2026-10-21';

/** The two operations that go upstream. */
export type Endpoint = 'messages' | 'count_tokens';

/** A content block of a request. Every field but `type` depends on the type and is checked by whoever reads it. */
export interface ContentBlock {
  type: string;
  [field: string]: unknown;
}

export interface Turn {
  role: string;
  content: string | ContentBlock[];
}

/** A parsed request. Only what a translating provider reads is named; the rest is reachable by name. */
export interface MessagesRequest {
  model: string;
  messages: Turn[];
  max_tokens?: number;
  system?: string | ContentBlock[];
  stream?: boolean;
  [field: string]: unknown;
}

/** Why the model stopped. Open: new values pass through. */
export type StopReason =
  | 'end_turn'
  | 'max_tokens'
  | 'stop_sequence'
  | 'tool_use'
  | 'pause_turn'
  | 'refusal'
  | 'model_context_window_exceeded'
  | (string & {});

/** A whole answer, as `POST /v1/messages` returns it without `stream`. */
export interface Message {
  id: string;
  type: 'message';
  role: 'assistant';
  model: string;
  content: ContentBlock[];
  stop_reason: StopReason | null;
  stop_sequence: string | null;
  usage: WireUsage;
  [field: string]: unknown;
}

/** `usage` as the wire has it. The buckets are disjoint: `input_tokens` excludes both cache counters. */
export interface WireUsage {
  input_tokens: number;
  output_tokens: number;
  cache_creation_input_tokens?: number | null;
  cache_read_input_tokens?: number | null;
  cache_creation?: { ephemeral_5m_input_tokens: number; ephemeral_1h_input_tokens: number } | null;
  output_tokens_details?: { thinking_tokens: number } | null;
  [field: string]: unknown;
}
