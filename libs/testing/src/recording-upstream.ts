import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as it arrived. */
export interface RecordedRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  /** Names and values in turn, as they were written. */
  rawHeaders: string[];
  body: Buffer;
  /** Which connection it came on, counted from 1. */
  connection: number;
}

/** An HTTP server that keeps every byte it is sent, and answers what the test wants. */
export interface RecordingUpstream {
  url: string;
  readonly requests: RecordedRequest[];
  close(): Promise<void>;
}

export type Answering = (response: ServerResponse, request: RecordedRequest) => void;

export const startRecordingUpstream = async (answer: Answering): Promise<RecordingUpstream> => {
  const requests: RecordedRequest[] = [];
  const connections = new Map<unknown, number>();
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers, rawHeaders, socket } = request;
      const recorded = {
        method,
        path: url,
        headers,
        rawHeaders,
        body: Buffer.concat(chunks),
        connection: connections.get(socket) ?? 0,
      };
      requests.push(recorded);
      answer(response, recorded);
    });
  });
  server.on('connection', (socket) => connections.set(socket, connections.size + 1));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
