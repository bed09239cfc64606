import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { FaultyLink, type Target } from './faulty-link.js';
import type { Toxics } from './toxics.js';

const targetOf = (url: string): Target => {
  const { hostname, port, protocol } = new URL(url);
  return { host: hostname, port: Number(port) || (protocol === 'https:' ? 443 : 80) };
};

/**
 * A TCP proxy on the loopback address that makes trouble on demand. What is wrong can be changed while connections are open, and
 * holds for what passes from then on.
 */
export class FaultProxy {
  /** Connections accepted so far. */
  accepted = 0;
  /** Replies of the target's that were lost on purpose. */
  lost = 0;
  /** Connections that were spoken to after they had been closed for their silence. */
  raced = 0;
  private replies = 0;
  private readonly links = new Set<FaultyLink>();
  private current: Toxics = {};

  private constructor(
    private readonly target: Target,
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** In front of whatever listens at `url`; any scheme will do. */
  static async start(url: string): Promise<FaultProxy> {
    const server = createServer({ allowHalfOpen: true });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new FaultProxy(targetOf(url), server, (server.address() as AddressInfo).port);
    server.on('connection', (socket) => proxy.accept(socket));
    return proxy;
  }

  /** `127.0.0.1:PORT`, to be put behind a scheme. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get toxics(): Toxics {
    return this.current;
  }

  /** Connections that are open now. */
  get open(): number {
    return this.links.size;
  }

  /** Puts these in place of all that was wrong before. Resolves when they are in force. */
  async infect(toxics: Toxics): Promise<void> {
    const refused = this.current.refuse ?? false;
    this.current = toxics;
    if (toxics.refuse && !refused) {
      const closed = once(this.server, 'close');
      this.server.close();
      this.breakAll();
      await closed;
    } else if (!toxics.refuse && refused) {
      this.server.listen(this.port, '127.0.0.1');
      await once(this.server, 'listening');
    }
    for (const link of this.links) link.changed();
  }

  /** All is well again. What was swallowed stays lost. */
  heal(): Promise<void> {
    return this.infect({});
  }

  /** Resets every open connection; new ones are as good as the toxics let them be. */
  breakAll(): void {
    for (const link of this.links) link.reset();
  }

  async close(): Promise<void> {
    this.breakAll();
    if (!this.server.listening) return;
    const closed = once(this.server, 'close');
    this.server.close();
    await closed;
  }

  private accept(socket: Socket): void {
    this.accepted++;
    const link = new FaultyLink(socket, this.target, {
      toxics: () => this.current,
      losesReply: () => this.losesReply(),
      raced: () => this.raced++,
      closed: () => this.links.delete(link),
    });
    this.links.add(link);
  }

  private losesReply(): boolean {
    const { loseEveryNthReply: nth } = this.current;
    if (!nth || ++this.replies % nth !== 0) return false;
    this.lost++;
    return true;
  }
}
