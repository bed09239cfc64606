import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** What is said on a connection in answer to one request, byte for byte, and how the connection ends after it. */
export interface Playback {
  bytes: Buffer;
  /** `close` ends it in order (FIN), `reset` as a crashed host would (RST). */
  ending: 'close' | 'reset';
}

/** An upstream that says nothing of its own. */
export interface PlaybackUpstream {
  url: string;
  /** Requests that were answered. */
  readonly played: number;
  close(): Promise<void>;
}

/** The body of a request that has arrived whole, or undefined while it has not. */
const bodyOf = (request: Buffer): string | undefined => {
  const headEnd = request.indexOf('\r\n\r\n');
  if (headEnd < 0) return undefined;
  const length = Number(/^content-length: *(\d+)/im.exec(request.toString('latin1', 0, headEnd))?.[1] ?? 0);
  const body = request.subarray(headEnd + 4);
  return body.length < length ? undefined : body.toString();
};

/** One request a connection: after the answer it is over, one way or the other. */
const serve = (socket: Socket, answer: (body: string) => Playback): void => {
  let request = Buffer.alloc(0);
  let answered = false;
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk: Buffer) => {
    request = Buffer.concat([request, chunk]);
    const body = answered ? undefined : bodyOf(request);
    if (body === undefined) return;
    answered = true;
    const { bytes, ending } = answer(body);
    if (ending === 'close') socket.end(bytes);
    else if (bytes.length === 0) socket.resetAndDestroy();
    else socket.write(bytes, () => socket.resetAndDestroy());
  });
};

/** A request's body, parsed. */
export interface PlayedRequest {
  model: string;
  [field: string]: unknown;
}

/** Starts an upstream that answers each request with what `choose` makes of it. */
export const startPlayback = async (choose: (request: PlayedRequest) => Playback): Promise<PlaybackUpstream> => {
  let played = 0;
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket.once('close', () => open.delete(socket)));
    serve(socket, (body) => {
      played++;
      return choose(JSON.parse(body) as PlayedRequest);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get played() {
      return played;
    },
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    },
  };
};

const headOf = (lines: Record<string, string>): Buffer =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\n${Object.entries(lines)
      .map(([name, value]) => `${name}: ${value}\r\n`)
      .join('')}\r\n`,
  );

/** How a body's end is told. A body that lasts until the connection closes can be cut without anybody noticing. */
export type Framing = 'until-close' | 'chunked' | 'content-length';

const chunkOf = (text: string): Buffer => Buffer.from(`${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`);

/** A whole HTTP answer. A chunked body has one chunk for every SSE event. */
export const httpAnswer = (body: string, contentType: string, framing: Framing): Buffer => {
  const type = { 'content-type': contentType };
  switch (framing) {
    case 'until-close':
      return Buffer.concat([headOf({ ...type, connection: 'close' }), Buffer.from(body)]);
    case 'content-length':
      return Buffer.concat([headOf({ ...type, 'content-length': String(Buffer.byteLength(body)) }), Buffer.from(body)]);
    case 'chunked': {
      const chunks = body.split(/(?<=\n\n)/).map(chunkOf);
      return Buffer.concat([headOf({ ...type, 'transfer-encoding': 'chunked' }), ...chunks, chunkOf('')]);
    }
  }
};
