import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { TEST_KEY } from '#testing';

/** What came back of an upload. */
export interface Uploaded {
  status: number;
  headers: Record<string, string>;
  body: { id: string; error: { type: string; message: string } };
}

const textOf = async (socket: Socket): Promise<string> => {
  let text = '';
  for await (const chunk of socket) {
    text += String(chunk);
    const [head = '', body] = text.split('\r\n\r\n');
    const length = /^content-length: (\d+)$/im.exec(head)?.[1];
    if (body !== undefined && length !== undefined && Buffer.byteLength(body) >= Number(length)) break;
  }
  return text;
};

const read = (text: string): Uploaded => {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const [status = '', ...lines] = head.split('\r\n');
  return {
    status: Number(status.split(' ')[1]),
    headers: Object.fromEntries(lines.map((line) => line.toLowerCase().split(': '))) as Record<string, string>,
    body: JSON.parse(body) as Uploaded['body'],
  };
};

/**
 * Posts a body that is made while it is sent. Reads nothing before all of it is sent, as many clients do, so that an answer that comes
 * early must still be there in the end; Node's own client does not go on sending after one. Chunked, unless a length is given.
 */
export const upload = async (
  url: string,
  pieces: Iterable<Buffer>,
  headers: Record<string, string> = {},
): Promise<Uploaded> => {
  const { hostname, port, pathname } = new URL(url);
  const isChunked = headers['content-length'] === undefined;
  const given = { host: hostname, 'content-type': 'application/json', 'x-api-key': TEST_KEY, ...headers };
  const head = Object.entries(isChunked ? { ...given, 'transfer-encoding': 'chunked' } : given);
  const socket = connect(Number(port), hostname);
  try {
    const lost = once(socket, 'close').catch(() => undefined);
    const send = async (bytes: Buffer | string): Promise<void> => {
      if (!socket.write(bytes)) await Promise.race([once(socket, 'drain'), lost]);
    };
    await send(`POST ${pathname} HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`);
    for (const piece of pieces) {
      if (socket.destroyed) throw new Error('The connection was closed before all was sent.');
      if (isChunked) await send(`${piece.length.toString(16)}\r\n`);
      await send(piece);
      if (isChunked) await send('\r\n');
    }
    if (isChunked) await send('0\r\n\r\n');
    return read(await textOf(socket));
  } finally {
    socket.destroy();
  }
};

/** Sends half of a body whose whole length it has declared, and leaves the rest to the caller, who may hang up. */
export const sendHalf = (url: string, body: Buffer): Socket => {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  const headers = `host: ${hostname}\r\nx-api-key: ${TEST_KEY}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}`;
  socket.write(`POST ${pathname} HTTP/1.1\r\n${headers}\r\n\r\n`);
  socket.write(body.subarray(0, body.length / 2));
  return socket;
};

const PARAMS = { model: 'claude-test', max_tokens: 8, messages: [{ role: 'user', content: 'Hello' }] };

const lineOf = (index: number, more: object = {}): string =>
  JSON.stringify({ custom_id: `line-${index}`, params: PARAMS, ...more });

/** The body of a batch of so many lines, some of which are written as the caller says; in pieces of some 64 KB. */
export function* batchOf(lines: number, written: Readonly<Record<number, string>> = {}): Generator<Buffer> {
  let piece = '{"requests":[';
  for (let index = 0; index < lines; index++) {
    piece += `${index === 0 ? '' : ','}${written[index] ?? lineOf(index)}`;
    if (piece.length < 65_536) continue;
    yield Buffer.from(piece);
    piece = '';
  }
  yield Buffer.from(`${piece}]}`);
}

/** The body of a batch that weighs exactly so much, in lines of 1 MB. */
export function* batchWeighing(bytes: number): Generator<Buffer> {
  const begin = Buffer.from('{"requests":[');
  const end = Buffer.from(']}');
  yield begin;
  let left = bytes - begin.length - end.length;
  for (let index = 0; left > 0; index++) {
    const comma = index === 0 ? '' : ',';
    const bare = comma.length + lineOf(index, { params: { ...PARAMS, system: '' } }).length;
    const size = left < 2 * 1_048_576 ? left : 1_048_576;
    const line = lineOf(index, { params: { ...PARAMS, system: 'x'.repeat(size - bare) } });
    yield Buffer.from(comma + line);
    left -= size;
  }
  yield end;
}

/** So many blanks, which are cheaper to make. */
export function* blanks(bytes: number): Generator<Buffer> {
  const piece = Buffer.alloc(1_048_576, ' ');
  for (let left = bytes; left > 0; left -= piece.length) yield piece.subarray(0, left);
}
