import type { Server } from 'node:http';
import type { Socket } from 'node:net';

const SWEEP_MS = 250;
/** How long a connection that is only just open may take to bring its request. */
const SILENT_MS = 1_000;

/**
 * The connections of a server that is being closed. Node by itself takes an answer for given that has been written and
 * has not left yet, and waits without end for connections that have never asked for anything.
 */
export class Connections {
  private readonly open = new Set<Socket>();

  constructor(private readonly server: Server) {
    server.on('connection', (socket: Socket) => {
      this.open.add(socket);
      socket.once('close', () => this.open.delete(socket));
    });
    const closeIdle = server.closeIdleConnections.bind(server);
    // In its place, because `close` calls it too.
    server.closeIdleConnections = () => {
      if (!this.isSending) closeIdle();
    };
  }

  /** Closes the connections that nobody needs, as they come to be so. Returns what ends that. */
  sweep(): () => void {
    // A stream that began before the drain promised its caller to keep the connection, which then sits idle.
    const idle = setInterval(() => this.server.closeIdleConnections(), SWEEP_MS);
    const silent = setTimeout(() => this.closeSilent(), SILENT_MS);
    return () => {
      clearInterval(idle);
      clearTimeout(silent);
    };
  }

  private get isSending(): boolean {
    for (const socket of this.open) if (socket.writableLength > 0) return true;
    return false;
  }

  private closeSilent(): void {
    for (const socket of this.open) if (socket.bytesRead === 0) socket.destroy();
  }
}
