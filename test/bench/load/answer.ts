import type { Dispatcher } from 'undici';
import type { Samples } from './samples.js';

const CONTENT = 'event: content_block_delta';

/** One answer as it comes in. Times are milliseconds since the request was given to the client. */
export class Answer implements Dispatcher.DispatchHandler {
  bytes = 0;
  firstByteMs: number | undefined;
  /** Of a stream: when its first content came. */
  firstContentMs: number | undefined;
  /** Undefined until the answer is whole. */
  wholeMs: number | undefined;
  /** What is wrong with it. */
  fault: string | undefined;

  private readonly askedAt = performance.now();
  private lastChunkAt = 0;
  private controller: Dispatcher.DispatchController | undefined;

  constructor(
    private readonly watch: {
      /** Any other length is a fault: a wrong answer must not pass for a fast one. */
      expectedBytes?: number;
      /** Where the times between chunks go. */
      gaps?: Samples;
      /** The first content of a stream has come. */
      content?: () => void;
      /** It is whole, or never will be. */
      over?: (answer: Answer) => void;
    },
  ) {}

  /** Hangs up. */
  abort(): void {
    this.controller?.abort(new Error('hung up'));
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
  }

  onResponseStart(_controller: unknown, status: number): void {
    if (status !== 200) this.fault = `status ${status}`;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    const now = performance.now();
    this.bytes += chunk.length;
    if (this.firstByteMs === undefined) this.firstByteMs = now - this.askedAt;
    else this.watch.gaps?.add(now - this.lastChunkAt);
    this.lastChunkAt = now;
    if (this.firstContentMs === undefined && chunk.includes(CONTENT)) {
      this.firstContentMs = now - this.askedAt;
      this.watch.content?.();
    }
  }

  onResponseEnd(): void {
    this.wholeMs = performance.now() - this.askedAt;
    const { expectedBytes = this.bytes } = this.watch;
    if (this.bytes !== expectedBytes) this.fault ??= `${this.bytes} bytes in place of ${expectedBytes}`;
    this.watch.over?.(this);
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.fault ??= error.message;
    this.watch.over?.(this);
  }
}
