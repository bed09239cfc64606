import { createParser } from 'eventsource-parser';
import type { Sink } from '#exchange';
import { MessageAssembly } from './message-assembly.js';

/** The events of a stream, as they come. */
type OnEvent = (event: string, data: string) => void;

/** Takes an answer for the record. Nobody reads it meanwhile, so that it is never too slow and hangs up only when it is told to. */
abstract class RecordingSink implements Sink {
  closed = false;
  private hangUp: (() => void) | undefined;

  /** The message, parsed; undefined when there is no whole one. */
  abstract get message(): Record<string, unknown> | undefined;

  abstract write(bytes: Buffer): boolean;

  end(bytes?: Buffer): void {
    if (this.closed) return;
    if (bytes) this.write(bytes);
    this.closed = true;
  }

  /** Nobody wants the answer any more. */
  leave(): void {
    if (this.closed) return;
    this.closed = true;
    this.hangUp?.();
  }

  head(): void {
    // What matters of it is in the settlement.
  }

  abort(): void {
    this.closed = true;
  }

  onDrain(): void {
    // It is never full.
  }

  onHangUp(listener: () => void): void {
    this.hangUp = listener;
  }
}

/** Takes an answer that comes as a whole. */
export class WholeSink extends RecordingSink {
  private readonly chunks: Buffer[] = [];

  override write(bytes: Buffer): boolean {
    if (!this.closed) this.chunks.push(bytes);
    return true;
  }

  override get message(): Record<string, unknown> | undefined {
    try {
      return JSON.parse(Buffer.concat(this.chunks).toString());
    } catch {
      return undefined;
    }
  }
}

/** Takes a stream: tells its events, and puts the message together. */
export class StreamSink extends RecordingSink {
  private readonly assembly = new MessageAssembly();
  private readonly decoder = new TextDecoder();
  private readonly parser;
  private isUnreadable = false;

  constructor(onEvent: OnEvent) {
    super();
    this.parser = createParser({
      onEvent: ({ event, data }) => {
        if (event === undefined || event === 'error') return;
        this.assembly.add(JSON.parse(data));
        if (event !== 'ping') onEvent(event, data);
      },
    });
  }

  override write(bytes: Buffer): boolean {
    if (this.closed || this.isUnreadable) return true;
    try {
      this.parser.feed(this.decoder.decode(bytes, { stream: true }));
    } catch {
      // Passed on as it came, it would be the caller's to complain of; here it is no answer.
      this.isUnreadable = true;
    }
    return true;
  }

  override get message(): Record<string, unknown> | undefined {
    return this.isUnreadable ? undefined : this.assembly.whole;
  }
}
