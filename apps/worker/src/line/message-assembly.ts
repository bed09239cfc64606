type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What is not said, or said to be null, leaves what was known: counters are totals, told again only where they changed. */
const lay = (known: Fields, told: unknown): void => {
  for (const [name, value] of Object.entries(fieldsOf(told)))
    if (value !== null || !(name in known)) known[name] = value;
};

/**
 * Puts a message together from the events of its stream: what the same call would have been answered with, had it not been streamed.
 * Unknown events and deltas are left out, as the official clients do.
 * https://platform.claude.com/docs/en/build-with-claude/streaming
 */
export class MessageAssembly {
  private message: Fields | undefined;
  private readonly content: Fields[] = [];
  /** JSON of the input of open tool calls, by block. */
  private readonly inputs = new Map<number, string>();
  private isWhole = false;

  /** Takes one event, parsed. */
  add(event: unknown): void {
    const { type, index, message, content_block, delta, usage } = fieldsOf(event);
    switch (type) {
      case 'message_start':
        this.message = { ...fieldsOf(message), content: this.content };
        return;
      case 'content_block_start':
        this.content[Number(index)] = { ...fieldsOf(content_block) };
        return;
      case 'content_block_delta':
        this.addDelta(Number(index), fieldsOf(delta));
        return;
      case 'content_block_stop':
        this.closeBlock(Number(index));
        return;
      case 'message_delta':
        this.addEnding(delta, usage);
        return;
      case 'message_stop':
        this.isWhole = true;
        return;
      default:
    }
  }

  /** The message; undefined while it is not whole. */
  get whole(): Fields | undefined {
    return this.isWhole ? this.message : undefined;
  }

  private addDelta(index: number, delta: Fields): void {
    const block = this.content[index];
    if (!block) return;
    switch (delta.type) {
      case 'text_delta':
        block.text = textOf(block.text) + textOf(delta.text);
        return;
      case 'thinking_delta':
        block.thinking = textOf(block.thinking) + textOf(delta.thinking);
        return;
      case 'signature_delta':
        block.signature = delta.signature;
        return;
      case 'input_json_delta':
        this.inputs.set(index, (this.inputs.get(index) ?? '') + textOf(delta.partial_json));
        return;
      case 'citations_delta':
        block.citations = [...(Array.isArray(block.citations) ? block.citations : []), delta.citation];
        return;
      case 'compaction_delta':
        block.content = delta.content;
        if ('encrypted_content' in delta) block.encrypted_content = delta.encrypted_content;
        return;
      default:
    }
  }

  /** Throws `SyntaxError` where the pieces of a tool's input are no JSON. */
  private closeBlock(index: number): void {
    const block = this.content[index];
    const input = this.inputs.get(index);
    if (block && input) block.input = JSON.parse(input);
    this.inputs.delete(index);
  }

  private addEnding(delta: unknown, usage: unknown): void {
    if (!this.message) return;
    lay(this.message, delta);
    const known = { ...fieldsOf(this.message.usage) };
    lay(known, usage);
    this.message.usage = known;
  }
}
