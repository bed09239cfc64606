import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TEST_KEY } from './test-config.js';

/** Characters: more than anything that tells an answer's end. */
const TAIL_LENGTH = 500;

/**
 * A caller that speaks HTTP by hand, for what clients do not do on purpose: reading nothing, hanging up at a known moment,
 * ending their own side only. Reads from the start unless told not to.
 */
export class RawCaller {
  /** All that came, head and body and what frames them. */
  received = '';
  private readonly watchers = new Set<() => void>();
  private gone = false;
  private tail = '';

  private constructor(private readonly socket: Socket) {
    socket.on('error', () => undefined);
    socket.once('close', () => {
      this.gone = true;
      this.notify();
    });
  }

  static async connect(url: string, options: { reads: boolean } = { reads: true }): Promise<RawCaller> {
    const { hostname, port } = new URL(url);
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true });
    const caller = new RawCaller(socket);
    await once(socket, 'connect');
    if (options.reads) caller.read();
    return caller;
  }

  /** Sends a Messages request whole; `headers` are lines of their own. */
  ask(body: unknown, headers: readonly string[] = []): void {
    const bytes = JSON.stringify(body);
    this.send(
      [
        'POST /v1/messages HTTP/1.1',
        'host: gateway',
        'content-type: application/json',
        `x-api-key: ${TEST_KEY}`,
        `content-length: ${Buffer.byteLength(bytes)}`,
        ...headers,
        '',
        bytes,
      ].join('\r\n'),
    );
  }

  send(bytes: string): void {
    this.socket.write(bytes);
  }

  /** Begins to read, if it has not. */
  read(): void {
    this.socket.on('data', (chunk) => {
      const text = chunk.toString('latin1');
      this.received += text;
      this.tail = (this.tail + text).slice(-TAIL_LENGTH);
      this.notify();
    });
  }

  /** Resolves when what was received fits. Throws if the connection closes before. */
  async until(fits: RegExp): Promise<void> {
    while (!fits.test(this.received)) {
      if (this.gone) throw new Error(`closed after: ${this.received.slice(-500)}`);
      await this.change();
    }
  }

  /** The same for how it ends, of what is too long to be searched again with everything that comes. */
  async untilEnd(fits: RegExp): Promise<void> {
    while (!fits.test(this.tail)) {
      if (this.gone) throw new Error(`closed after: ${this.tail}`);
      await this.change();
    }
  }

  /** Everything, once the gateway has ended the connection. */
  async all(): Promise<string> {
    if (!this.gone && !this.socket.readableEnded) await Promise.race([once(this.socket, 'end'), this.closed()]);
    return this.received;
  }

  async closed(): Promise<void> {
    while (!this.gone) await this.change();
  }

  /** Closes both directions, as a program that ends does. */
  hangUp(): void {
    this.socket.destroy();
  }

  /** Breaks the connection off (RST). */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Says that nothing more will be asked (FIN), and goes on reading. */
  halfClose(): void {
    this.socket.end();
  }

  private notify(): void {
    for (const watcher of this.watchers) watcher();
    this.watchers.clear();
  }

  private change(): Promise<void> {
    return new Promise((resolve) => this.watchers.add(resolve));
  }
}
