import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A request on a bare connection. */
export interface RawRequest {
  socket: Socket;
  /** Its place among the requests on this connection, from 1. */
  nth: number;
}

/** An upstream whose every byte, and every end of a connection, is the test's. */
export interface RawUpstream {
  url: string;
  /** Requests that have arrived whole. */
  readonly requests: number;
  readonly connections: number;
  close(): Promise<void>;
}

/** The length of the first request in the bytes, or undefined while it is not whole. */
const lengthOfFirst = (bytes: Buffer): number | undefined => {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const body = Number(/^content-length: *(\d+)/im.exec(bytes.toString('latin1', 0, end))?.[1] ?? 0);
  return bytes.length < end + 4 + body ? undefined : end + 4 + body;
};

export const startRawUpstream = async (answer: (request: RawRequest) => void): Promise<RawUpstream> => {
  let requests = 0;
  let connections = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    connections++;
    let nth = 0;
    let bytes = Buffer.alloc(0);
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (let length = lengthOfFirst(bytes); length !== undefined; length = lengthOfFirst(bytes)) {
        bytes = bytes.subarray(length);
        requests++;
        answer({ socket, nth: ++nth });
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get requests() {
      return requests;
    },
    get connections() {
      return connections;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};
