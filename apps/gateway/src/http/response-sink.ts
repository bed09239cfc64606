import type { ServerResponse } from 'node:http';
import type { Sink } from '#exchange';
import { unwatchHalfClose, watchHalfClose } from './half-closed-caller.js';

/** A caller that stops reading a finished answer holds its bytes no longer than this. */
const LAST_BYTES_MS = 60_000;

/** Up to here Node puts a text and its head into one write, which is cheaper than two; bytes always go apart. */
const ONE_WRITE_BYTES = 16 * 1024;

/** An HTTP response as the exchange's sink: straight to the socket, nothing in between. */
export class ResponseSink implements Sink {
  constructor(
    private readonly response: ServerResponse,
    private readonly extraHeaders: Readonly<Record<string, string>>,
  ) {}

  get closed(): boolean {
    return this.response.destroyed || this.response.writableEnded;
  }

  head(status: number, headers: Record<string, string>): void {
    if (!this.closed) this.response.writeHead(status, { ...headers, ...this.extraHeaders });
  }

  write(bytes: Buffer): boolean {
    return this.closed || this.response.write(bytes);
  }

  end(bytes?: Buffer): void {
    const { response } = this;
    if (this.closed) return;
    if (bytes && bytes.length <= ONE_WRITE_BYTES) response.end(bytes.toString('latin1'), 'latin1');
    else response.end(bytes);
    if (response.writableLength > 0) response.setTimeout(LAST_BYTES_MS, () => this.abort());
  }

  abort(): void {
    this.response.destroy();
  }

  onDrain(listener: () => void): void {
    this.response.on('drain', listener);
  }

  onHangUp(listener: () => void): void {
    this.response.once('close', () => {
      unwatchHalfClose(this.response);
      if (!this.response.writableFinished) listener();
    });
    watchHalfClose(this.response);
  }
}
