import type { ServerResponse } from 'node:http';
import type { Sink } from '#exchange';

/** A caller that stops reading a finished answer holds its bytes no longer than this. */
const LAST_BYTES_MS = 60_000;

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
    if (this.closed) return;
    this.response.end(bytes);
    if (!this.response.writableFinished) this.response.setTimeout(LAST_BYTES_MS, () => this.abort());
  }

  abort(): void {
    this.response.destroy();
  }

  onDrain(listener: () => void): void {
    this.response.on('drain', listener);
  }

  onHangUp(listener: () => void): void {
    this.response.once('close', () => {
      if (!this.response.writableFinished) listener();
    });
  }
}
