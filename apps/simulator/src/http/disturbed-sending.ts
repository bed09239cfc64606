import type { Directives } from '../directives/directives.js';
import type { Disturbance } from './disturbance.js';
import { EventCompressor } from './event-compressor.js';
import type { Reply } from './reply.js';

/** An event of a known name whose data is no JSON. */
const GARBAGE = 'event: content_block_delta\ndata: {"type":"content_block_delta","index":\u0000\ufffd]]}>\n\n';

/** An event that either API's callers pass over, were it not for its length. */
const LINE_START = 'event: ping\ndata: {"type":"ping","choices":[],"padding":"';
const LINE_END = '"}\n\n';
const LINE_PIECE = Buffer.alloc(65_536, 'x');

/** `broken-off`: the connection was ended by us, and the answer with it. */
export type SendingEnd = 'ended' | 'broken-off' | 'caller-gone';

type Step = 'on' | SendingEnd;

const onOrGone = (written: boolean): Step => (written ? 'on' : 'caller-gone');

/** Writes an answer's events at the pace that was asked for, and does to them what was asked for. One instance an answer. */
export class DisturbedSending {
  readonly #pending: Disturbance[];
  readonly #compressor: EventCompressor | undefined;
  #events = 0;

  constructor(
    readonly reply: Reply,
    readonly directives: Directives,
    planned: readonly Disturbance[],
    readonly errorEvent: (error: { type: string; message: string }) => string,
  ) {
    this.#pending = planned.toSorted((one, other) => one.at.count - other.at.count);
    this.#compressor = directives.gzip ? new EventCompressor() : undefined;
  }

  /** The headers must have been flushed. Resolves when nothing more will be written. */
  async send(events: Iterable<string>): Promise<SendingEnd> {
    for (const event of events) {
      const step = await this.#sendEvent(event);
      if (step !== 'on') return step;
    }
    const step = await this.#disturbAtEvent();
    if (step !== 'on') return step;
    if (this.#compressor) await this.#write(await this.#compressor.end());
    this.reply.end();
    return 'ended';
  }

  async #sendEvent(event: string): Promise<Step> {
    const { gap } = this.directives;
    if (gap && this.#events > 0 && !(await this.reply.pause(gap))) return 'caller-gone';
    const step = await this.#disturbAtEvent();
    if (step !== 'on') return step;
    this.#events++;
    return this.#write(await this.#encoded(event));
  }

  async #encoded(event: string): Promise<Buffer> {
    const text = this.directives.crlf ? event.replaceAll('\n', '\r\n') : event;
    return this.#compressor ? this.#compressor.event(text) : Buffer.from(text);
  }

  async #write(bytes: Buffer): Promise<Step> {
    const size = this.directives.chunk || bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      const step = await this.#writePiece(bytes.subarray(at, at + size));
      if (step !== 'on') return step;
      // A turn of the event loop between pieces, so that each is a write of its own to the socket.
      if (size < bytes.length) await new Promise(setImmediate);
    }
    return 'on';
  }

  /** Writes a piece up to the first place in it where something happens, then the rest. */
  async #writePiece(bytes: Buffer): Promise<Step> {
    const { bytesSent } = this.reply;
    const next = this.#take('bytes', bytesSent + bytes.length);
    if (!next) return onOrGone(await this.reply.write(bytes));
    const before = Math.max(0, next.at.count - bytesSent);
    if (before > 0 && !(await this.reply.write(bytes.subarray(0, before)))) return 'caller-gone';
    const step = await this.#disturb(next);
    return step === 'on' && before < bytes.length ? this.#writePiece(bytes.subarray(before)) : step;
  }

  async #disturbAtEvent(): Promise<Step> {
    for (let next = this.#take('events', this.#events); next; next = this.#take('events', this.#events)) {
      const step = await this.#disturb(next);
      if (step !== 'on') return step;
    }
    return 'on';
  }

  /** The first that is due by then, which will not happen again. */
  #take(unit: 'bytes' | 'events', reached: number): Disturbance | undefined {
    const due = this.#pending.findIndex(({ at }) => at.unit === unit && at.count <= reached);
    return due < 0 ? undefined : this.#pending.splice(due, 1)[0];
  }

  async #disturb(disturbance: Disturbance): Promise<Step> {
    const { reply } = this;
    switch (disturbance.kind) {
      case 'silence':
        return onOrGone(await reply.pause(disturbance.ms));
      case 'garbage':
        return onOrGone(await reply.write(GARBAGE));
      case 'huge-line':
        return onOrGone(await this.#writeLine(disturbance.bytes));
      case 'stall':
        await reply.callerGone();
        return 'caller-gone';
      case 'error-event':
        reply.end(this.errorEvent(disturbance));
        return 'ended';
      case 'end':
        reply.end();
        return 'ended';
      case 'cut':
        reply.cut();
        return 'broken-off';
      case 'reset':
        await reply.reset();
        return 'broken-off';
    }
  }

  async #writeLine(bytes: number): Promise<boolean> {
    if (!(await this.reply.write(LINE_START))) return false;
    for (let left = bytes; left > 0; left -= LINE_PIECE.length) {
      if (!(await this.reply.write(LINE_PIECE.subarray(0, left)))) return false;
    }
    return this.reply.write(LINE_END);
  }
}
