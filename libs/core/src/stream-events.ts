import type { ContentBlock, Message, StopReason } from './messages.js';

/**
 * The events of a streamed answer and their one grammar:
 *
 *     message_start ( content_block_start content_block_delta* content_block_stop )* message_delta message_stop
 *
 * with one block open at a time, indexes 0, 1, 2 … and `ping` anywhere; or any prefix of that, then `error`.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export type StreamEvent =
  | { type: 'message_start'; message: Message }
  | { type: 'content_block_start'; index: number; content_block: ContentBlock }
  | { type: 'content_block_delta'; index: number; delta: BlockDelta }
  | { type: 'content_block_stop'; index: number }
  | {
      type: 'message_delta';
      delta: { stop_reason: StopReason | null; stop_sequence: string | null; [field: string]: unknown };
      usage: { output_tokens: number; [field: string]: unknown };
    }
  | { type: 'message_stop' }
  | { type: 'ping' };

export type BlockDelta =
  | { type: 'text_delta'; text: string }
  | { type: 'input_json_delta'; partial_json: string }
  | { type: 'thinking_delta'; thinking: string }
  | { type: 'signature_delta'; signature: string };

/** One event as it goes on the wire. JSON never holds a raw line break, so one `data:` line is enough. */
export const encodeEvent = (event: { type: string }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
