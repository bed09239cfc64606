import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';

/** A webhook as it came. */
export interface Heard {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** Of the event. */
  id: string;
}

/** Somebody who wants to be told, and remembers all that was said. */
export class Receiver {
  readonly heard: Heard[] = [];
  /** The status of the answer to each; undefined: never one. */
  answer: (heard: Heard) => { status: number; headers?: Record<string, string> } | undefined = () => ({ status: 204 });

  /** How long it takes over each. */
  thinksMs = 0;

  private constructor(private readonly server: Server) {
    server.on('request', (incoming, outgoing) => {
      let body = '';
      incoming.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      incoming.on('end', () => {
        const id = String(incoming.headers['webhook-id']);
        const heard = { path: incoming.url ?? '', headers: incoming.headers, body, id };
        this.heard.push(heard);
        const answer = this.answer(heard);
        const say = (): void => void (answer && outgoing.writeHead(answer.status, answer.headers).end());
        if (this.thinksMs > 0) setTimeout(say, this.thinksMs);
        else say();
      });
    });
  }

  static async start(): Promise<Receiver> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new Receiver(server);
  }

  get url(): string {
    const address = this.server.address();
    return `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  get ids(): string[] {
    return this.heard.map(({ id }) => id);
  }

  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
