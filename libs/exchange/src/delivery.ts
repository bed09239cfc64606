import { type ApiError, encodeEvent, errorEnvelope, type WholeAnswer } from '#core';
import type { Sink } from './sink.js';
import type { Timed } from './ticker.js';

/** An upstream that is silent for so long gets a ping put in its place, as the API itself does. */
export const PING_AFTER_MS = 15_000;
/** A caller that takes nothing for so long is taken for gone. */
export const STUCK_AFTER_MS = 60_000;

const PING = Buffer.from(encodeEvent({ type: 'ping' }));

/**
 * What the caller has been given so far, and so what may still be given: before the head, anything; after it,
 * for a stream, events; after content, no second attempt.
 */
export class Delivery implements Timed {
  /** When content first reached the caller. From then on the call can only go on or break. */
  contentAt: number | undefined;
  /** Status of the head that was sent. */
  status: number | undefined;

  private lastWriteAt: number;
  private stuckSince: number | undefined;

  constructor(
    private readonly sink: Sink,
    private readonly options: {
      requestId: string;
      stream: boolean;
      now: () => number;
      /** What the head says of the call's way, at the moment when it is sent. */
      headers: () => Record<string, string>;
      /** Writing may go on. */
      resume: () => void;
      /** Content is about to reach the caller: there will be no other attempt. */
      committed: () => void;
    },
  ) {
    this.lastWriteAt = options.now();
    sink.onDrain(() => {
      this.stuckSince = undefined;
      options.resume();
    });
  }

  get hasContent(): boolean {
    return this.contentAt !== undefined;
  }

  /** Content of a stream. False: stop until `resume`. */
  write(bytes: Buffer): boolean {
    if (this.contentAt === undefined) {
      this.contentAt = this.options.now();
      this.options.committed();
    }
    return this.send(bytes);
  }

  /** All has been said; `whole` is an answer that was not streamed. */
  end(whole?: WholeAnswer): void {
    if (!whole) {
      if (this.status === undefined) this.sendHead(200, EVENT_STREAM);
      this.sink.end();
      return;
    }
    this.contentAt ??= this.options.now();
    this.sendHead(200, { ...whole.headers, ...json(whole.body) });
    this.sink.end(whole.body);
  }

  /** Says that the call failed, in whatever way is still open. */
  fail(error: ApiError): void {
    const envelope = errorEnvelope(error.error, this.options.requestId);
    if (this.status === undefined) {
      const body = Buffer.from(JSON.stringify(envelope));
      this.sendHead(error.status, { ...error.headers, ...json(body) });
      this.sink.end(body);
    } else if (this.options.stream) {
      this.sink.end(Buffer.from(encodeEvent(envelope)));
    } else {
      this.sink.abort();
    }
  }

  tick(now: number): void {
    if (this.sink.closed) return;
    if (this.stuckSince !== undefined) {
      if (now - this.stuckSince >= STUCK_AFTER_MS) this.sink.abort();
    } else if (this.options.stream && now - this.lastWriteAt >= PING_AFTER_MS) {
      this.send(PING);
    }
  }

  private send(bytes: Buffer): boolean {
    if (this.status === undefined) this.sendHead(200, EVENT_STREAM);
    this.lastWriteAt = this.options.now();
    const flowing = this.sink.write(bytes);
    if (!flowing) this.stuckSince ??= this.lastWriteAt;
    return flowing;
  }

  private sendHead(status: number, headers: Record<string, string>): void {
    this.status = status;
    this.sink.head(status, { ...this.options.headers(), ...headers });
  }
}

/** No proxy on the way may hold a stream back or keep it. */
const EVENT_STREAM = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache',
  'x-accel-buffering': 'no',
};

const json = (body: Buffer): Record<string, string> => ({
  'content-type': 'application/json',
  'content-length': String(body.length),
});
