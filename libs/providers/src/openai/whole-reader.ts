import type { BlockDelta, ContentBlock, Failure, Message, StreamEvent, WholeAnswer } from '#core';
import { badAnswer } from '../shared/failures.js';
import { parseJson, recordOf } from '../shared/json-value.js';
import { ChatStream, type AnswerContext } from './chat-stream.js';

/**
 * A complete chat completion as a Messages answer. It goes through the same machine as a stream does, as its only
 * chunk, so that both ways of asking give the same blocks.
 */
export const readWhole = (body: Buffer, context: Omit<AnswerContext, 'emit'>): WholeAnswer | Failure => {
  const message = new MessageInTheMaking();
  const stream = new ChatStream({ ...context, emit: (event) => message.add(event) });
  const completion = parseJson(body.toString());
  stream.accept(completion);
  if (!Array.isArray(recordOf(completion)?.choices)) {
    stream.fail(badAnswer('something that is not a chat completion'));
  }
  stream.end();
  if (stream.failure) return stream.failure;
  const { usage, stopReason, model } = stream;
  return { body: Buffer.from(JSON.stringify(message.whole)), usage, stopReason, model };
};

/** Puts a message together from its events, as a client would. */
class MessageInTheMaking {
  whole: Message | undefined;
  private open: ContentBlock = { type: 'text' };
  private json = '';

  add(event: StreamEvent): void {
    switch (event.type) {
      case 'message_start':
        this.whole = event.message;
        return;
      case 'content_block_start':
        this.open = { ...event.content_block };
        this.json = '';
        this.whole?.content.push(this.open);
        return;
      case 'content_block_delta':
        return this.append(event.delta);
      case 'content_block_stop':
        // A call that a length limit cut short is no JSON; like the official clients, show it without input.
        if (this.open.type === 'tool_use') this.open.input = recordOf(parseJson(this.json)) ?? {};
        return;
      case 'message_delta':
        if (this.whole) Object.assign(this.whole, event.delta, { usage: event.usage });
        return;
      case 'message_stop':
      case 'ping':
    }
  }

  private append({ type, ...members }: BlockDelta): void {
    for (const [name, piece] of Object.entries(members)) {
      if (type === 'input_json_delta') this.json += piece;
      else this.open[name] = String(this.open[name]) + piece;
    }
  }
}
