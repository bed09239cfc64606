import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Health {
  /** The process works, and takes work. */
  isReady: () => boolean;
  /** In the Prometheus text format. */
  metrics: () => Promise<string>;
}

/** Answers whoever runs the process. */
export interface HealthServer {
  url: string;
  close(): void;
}

const listener = ({ isReady, metrics }: Health): RequestListener => {
  const answer: Readonly<Record<string, () => Promise<[status: number, type: string, body: string]>>> = {
    '/health/live': () => Promise.resolve([200, 'application/json', '{"status":"ok"}']),
    '/health/ready': () =>
      Promise.resolve(
        isReady()
          ? [200, 'application/json', '{"status":"ready"}']
          : [503, 'application/json', '{"status":"not ready"}'],
      ),
    '/metrics': async () => [200, 'text/plain; version=0.0.4; charset=utf-8', await metrics()],
  };
  return (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    const known = request.method === 'GET' ? answer[path] : undefined;
    if (!known) {
      response.writeHead(404).end();
      return;
    }
    known().then(
      ([status, type, body]) => response.writeHead(status, { 'content-type': type }).end(body),
      () => response.writeHead(500).end(),
    );
  };
};

/** Listens for the paths that the gateway has too: `/health/live`, `/health/ready`, `/metrics`. Rejects when the port is taken. */
export const startHealthServer = async (health: Health, port: number, host: string): Promise<HealthServer> => {
  const server = createServer(listener(health)).listen(port, host);
  await once(server, 'listening');
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${taken}`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
