/** One event of a stream, its data parsed. */
interface MessagesEvent {
  type: string;
  [field: string]: unknown;
}

/** What a client would be left with after reading a stream. */
export interface MessagesTranscript {
  events: MessagesEvent[];
  /** `whole`: ended with message_stop. `error`: ended with an error event. `cut`: just ended. */
  ending: 'whole' | 'error' | 'cut';
  /** The message as put together so far; undefined before message_start. */
  message: Record<string, unknown> | undefined;
}

type Fields = Record<string, unknown>;

const DELTAS: Readonly<Record<string, readonly string[]>> = {
  text: ['text_delta', 'citations_delta'],
  thinking: ['thinking_delta', 'signature_delta'],
  tool_use: ['input_json_delta'],
  server_tool_use: ['input_json_delta'],
  mcp_tool_use: ['input_json_delta'],
  compaction: ['compaction_delta'],
};

/**
 * Reads the bytes of a Messages stream and throws at the first thing that the grammar does not allow:
 *
 *     message_start ( content_block_start content_block_delta* content_block_stop )* message_delta+ message_stop
 *
 * with one block open at a time, indexes 0, 1, 2 …, and `ping` or a comment anywhere; or any prefix of that followed by
 * `error`, or by nothing. As strict as the strictest client known, which is Claude Code.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export const readMessagesStream = (bytes: Buffer | string): MessagesTranscript => {
  const reading = new Reading();
  for (const event of splitEvents(bytes.toString())) reading.take(event);
  return reading.transcript();
};

const demand = (condition: boolean, complaint: string): void => {
  if (!condition) throw new Error(`not in the grammar: ${complaint}`);
};

/** Not a parser of the standard on purpose: what we send is held to one form, which every client reads alike. */
const splitEvents = (text: string): MessagesEvent[] => {
  const parts = text.split('\n\n');
  demand(parts.pop() === '', 'the stream ends inside an event');
  return parts.filter((part) => !part.startsWith(':')).map(readEvent);
};

const readEvent = (part: string): MessagesEvent => {
  const [, name, data] = /^event: ([a-z_]+)\ndata: (.*)$/.exec(part) ?? [];
  demand(name !== undefined && data !== undefined, `an event of another form: ${part.slice(0, 80)}`);
  const event = JSON.parse(data ?? '') as MessagesEvent;
  demand(event.type === name, `event ${name} with data of type ${event.type}`);
  return event;
};

const fieldsOf = (value: unknown, name: string): Fields => {
  demand(typeof value === 'object' && value !== null && !Array.isArray(value), `no ${name}`);
  return value as Fields;
};

class Reading {
  private readonly events: MessagesEvent[] = [];
  private message: Fields | undefined;
  private content: Fields[] = [];
  private open: Fields | undefined;
  private json = '';
  private signed = false;
  private stopped = false;
  private ending: MessagesTranscript['ending'] = 'cut';

  take(event: MessagesEvent): void {
    demand(this.ending === 'cut', `${event.type} after the end`);
    this.events.push(event);
    switch (event.type) {
      case 'ping':
        return;
      case 'error':
        this.ending = 'error';
        return this.takeError(event);
      case 'message_start':
        return this.start(event);
      case 'content_block_start':
        return this.openBlock(event);
      case 'content_block_delta':
        return this.extend(event);
      case 'content_block_stop':
        return this.closeBlock(event);
      case 'message_delta':
        return this.takeMessageDelta(event);
      case 'message_stop':
        demand(this.stopped, 'message_stop without message_delta');
        this.ending = 'whole';
        return;
      default:
        demand(false, `an event named ${event.type}`);
    }
  }

  transcript(): MessagesTranscript {
    const { events, ending, message } = this;
    return { events, ending, message: message && { ...message, content: this.content } };
  }

  private takeError({ error }: MessagesEvent): void {
    const { type, message } = fieldsOf(error, 'error');
    demand(typeof type === 'string' && typeof message === 'string', 'an error without type or message');
  }

  private start(event: MessagesEvent): void {
    demand(this.message === undefined, 'a second message_start');
    const message = fieldsOf(event.message, 'message');
    demand(Array.isArray(message.content) && message.content.length === 0, 'message_start without empty content');
    demand(message.stop_reason === null && message.stop_sequence === null, 'message_start that has stopped');
    demand(message.role === 'assistant' && message.type === 'message', 'message_start of something else');
    const { input_tokens: input, output_tokens: output } = fieldsOf(message.usage, 'usage');
    demand(Number.isInteger(input) && Number.isInteger(output), 'message_start without counts');
    this.message = { ...message };
  }

  private openBlock({ index, content_block: given }: MessagesEvent): void {
    demand(this.message !== undefined && !this.stopped, 'a block outside the message');
    demand(this.open === undefined, 'a block inside a block');
    demand(index === this.content.length, `block ${String(index)} where ${this.content.length} was due`);
    const block = { ...fieldsOf(given, 'content_block') };
    demand(typeof block.type === 'string', 'a block without type');
    if (block.type === 'tool_use') this.checkTool(block);
    this.open = block;
    this.content.push(block);
    this.json = '';
    this.signed = false;
  }

  private checkTool({ id, name, input }: Fields): void {
    demand(/^[a-zA-Z0-9_-]{1,64}$/.test(String(id)), `a tool call with the id ${String(id)}`);
    demand(!this.content.some((block) => block.id === id), `two tool calls with the id ${String(id)}`);
    demand(typeof name === 'string' && name !== '', 'a tool call without name');
    demand(Object.keys(fieldsOf(input, 'input')).length === 0, 'a tool call that begins with input');
  }

  private extend({ index, delta: given }: MessagesEvent): void {
    const { open, content } = this;
    const delta = fieldsOf(given, 'delta');
    if (open === undefined || index !== content.length - 1)
      throw new Error('not in the grammar: a delta of no open block');
    const type = String(delta.type);
    demand(DELTAS[String(open.type)]?.includes(type) ?? false, `${type} in a ${String(open.type)} block`);
    demand(!this.signed, 'a delta after the signature');
    if (type === 'text_delta') open.text = String(open.text) + String(delta.text);
    if (type === 'thinking_delta') open.thinking = String(open.thinking) + String(delta.thinking);
    if (type === 'input_json_delta') this.json += String(delta.partial_json);
    if (type === 'signature_delta') {
      open.signature = delta.signature;
      this.signed = true;
    }
  }

  private closeBlock({ index }: MessagesEvent): void {
    const { open } = this;
    if (open === undefined || index !== this.content.length - 1)
      throw new Error('not in the grammar: an end of no open block');
    demand(open.type !== 'thinking' || this.signed, 'a thinking block without signature');
    demand(open.type !== 'text' || String(open.text).trim() !== '', 'a blank text block');
    if ('input' in open) open.input = this.json === '' ? {} : this.json;
    this.open = undefined;
  }

  private takeMessageDelta(event: MessagesEvent): void {
    demand(
      this.message !== undefined && this.open === undefined,
      'message_delta inside a block or outside the message',
    );
    const delta = fieldsOf(event.delta, 'delta');
    const usage = fieldsOf(event.usage, 'usage');
    demand(typeof delta.stop_reason === 'string', 'message_delta without stop_reason');
    demand(Number.isInteger(usage.output_tokens), 'message_delta without output_tokens');
    this.parseInputs(delta.stop_reason === 'max_tokens');
    this.message = { ...this.message, ...delta, usage: { ...fieldsOf(this.message?.usage, 'usage'), ...usage } };
    this.stopped = true;
  }

  /** Only a limit on the length excuses a call whose input is no JSON object. */
  private parseInputs(truncated: boolean): void {
    for (const block of this.content) {
      if (typeof block.input !== 'string') continue;
      try {
        block.input = fieldsOf(JSON.parse(block.input), 'input');
      } catch (cause) {
        if (!truncated) throw new Error('not in the grammar: a tool call whose input is no JSON object', { cause });
        block.input = {};
      }
    }
  }
}
