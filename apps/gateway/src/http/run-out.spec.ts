import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { runOut } from './run-out.js';

const HEAD = 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2000000\r\n\r\n';

describe('a body that nobody wants', () => {
  let server: Server;
  let socket: Socket;
  afterEach(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  /** A server that reads one piece and answers, and a caller that has sent half. */
  const refuse = async (withinMs: number): Promise<{ over: Promise<void>; sendRest: () => void }> => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(HEAD + 'x'.repeat(1_000_000));
    const [request, response] = (await once(server, 'request')) as [IncomingMessage, ServerResponse];
    for await (const _ of request.iterator({ destroyOnReturn: false })) break;
    const over = runOut(request, withinMs);
    response.end('no');
    return { over, sendRest: () => socket.write('x'.repeat(1_000_000)) };
  };

  it('runs out, and its connection is kept', async () => {
    const { over, sendRest } = await refuse(10_000);
    sendRest();
    await over;
    socket.write(HEAD);
    const [next] = (await once(server, 'request')) as [IncomingMessage];
    expect(next.socket.remotePort).toBe(socket.localPort);
  });

  it('ends with its connection when it takes too long', async () => {
    const { over } = await refuse(50);
    socket.resume();
    await Promise.all([over, once(socket, 'close')]);
    expect(socket.bytesRead).toBeGreaterThan(0);
  });
});
