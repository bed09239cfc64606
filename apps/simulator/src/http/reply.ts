import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** The writing side of one call: back-pressure, waiting, breaking off, and knowing when the caller has gone. */
export class Reply {
  /** `tally` is told of every byte of the body that is handed to the socket, as it is. */
  constructor(
    readonly response: ServerResponse,
    readonly tally: { bytes_sent: number },
  ) {}

  /** Of the body. */
  get bytesSent(): number {
    return this.tally.bytes_sent;
  }

  /** The caller hung up, or the connection was broken off. */
  get gone(): boolean {
    return this.response.destroyed;
  }

  head(status: number, headers: Readonly<Record<string, string>>): void {
    this.response.writeHead(status, headers);
  }

  /** Sends the headers at once, ahead of any body. */
  flushHead(status: number, headers: Readonly<Record<string, string>>): void {
    this.head(status, headers);
    this.response.flushHeaders();
  }

  /** Resolves once there is room for more; false when the caller has gone. */
  async write(bytes: Buffer | string): Promise<boolean> {
    if (this.gone) return false;
    this.tally.bytes_sent += Buffer.byteLength(bytes);
    return this.response.write(bytes) || this.#until('drain');
  }

  end(bytes: Buffer | string = ''): void {
    if (this.gone) return;
    this.tally.bytes_sent += Buffer.byteLength(bytes);
    this.response.end(bytes);
  }

  /** Waits; false when the caller has gone meanwhile. */
  pause(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.response.off('close', finish);
        resolve(!this.gone);
      };
      const timer = setTimeout(finish, ms);
      this.response.once('close', finish);
      if (this.gone) finish();
    });
  }

  /** Resolves when the caller has gone. */
  async callerGone(): Promise<void> {
    if (!this.gone) await this.#until('close');
  }

  /** Ends the connection in order (FIN), though the answer may not be whole. */
  cut(): void {
    this.#socket()?.end();
  }

  /** Breaks the connection off (RST), once what was written has left. */
  async reset(): Promise<void> {
    const socket = this.#socket();
    // Bytes still in our own buffer would be thrown away by the reset.
    if (socket && socket.writableLength > 0) await new Promise((resolve) => socket.write('', resolve));
    socket?.resetAndDestroy();
  }

  /** Bytes on the bare connection, where a status line should be. */
  raw(bytes: string): void {
    this.#socket()?.write(bytes);
  }

  /** Once this answer is out, sends another that nobody asked for. */
  poison(): void {
    const socket = this.#socket();
    this.response.once('finish', () => {
      socket?.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 12\r\n\r\n{"id":"two"}');
    });
  }

  #socket(): Socket | null {
    return this.response.socket;
  }

  #until(event: 'drain' | 'close'): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.response.off(event, finish).off('close', finish);
        resolve(!this.gone);
      };
      this.response.once(event, finish);
      if (event !== 'close') this.response.once('close', finish);
    });
  }
}
