import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Agent, request } from 'undici';

/**
 * The least that a proxy in Node can be, and what Switchyard is measured against: Node's server, undici's client on
 * kept connections, both bodies piped. It checks, counts, logs and limits nothing, and knows one upstream.
 *
 * Usage: minimal-proxy UPSTREAM
 */

const [, , upstream = ''] = process.argv;

/** Of one connection only; `host` too, since the upstream has a name of its own. https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = ['connection', 'host', 'keep-alive', 'transfer-encoding', 'te', 'trailer', 'upgrade'];

// No deadlines: timers would make it dearer.
const agent = new Agent({ allowH2: false, headersTimeout: 0, bodyTimeout: 0 });

const endToEnd = (headers: IncomingHttpHeaders): IncomingHttpHeaders => {
  const kept = { ...headers };
  for (const name of HOP_BY_HOP) delete kept[name];
  return kept;
};

const relay = async (asked: IncomingMessage, reply: ServerResponse): Promise<void> => {
  const headers = endToEnd(asked.headers);
  const answer = await request(upstream + asked.url, { method: 'POST', headers, body: asked, dispatcher: agent });
  reply.on('close', () => answer.body.destroy());
  answer.body.on('error', () => reply.destroy());
  reply.writeHead(answer.statusCode, endToEnd(answer.headers));
  answer.body.pipe(reply);
};

const server = createServer((asked, reply) => {
  relay(asked, reply).catch(() => reply.destroy());
});
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1', () => {
  console.log(`minimal proxy listening on http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.on('SIGINT', () => process.exit());
