import type { LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { postEvent, type Reply } from './post-event.js';
import type { ResolveHost } from './resolve-host.js';
import { openSafeAgent } from './safe-agent.js';

const LOOPBACK: LookupAddress = { address: '127.0.0.1', family: 4 };
const METADATA: LookupAddress = { address: '169.254.169.254', family: 4 };
const PUBLIC: LookupAddress = { address: '93.184.216.34', family: 4 };

const portOf = (server: { address: () => AddressInfo | string | null }): number => {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
};

/** A name server that gives these answers in turn, and counts what it was asked. */
const inTurn = (...answers: LookupAddress[][]) => {
  const asked: string[] = [];
  const resolve: ResolveHost = async (name) => answers[asked.push(name) - 1] ?? [];
  return { asked, resolve };
};

const event = { headers: { 'webhook-id': 'x' }, body: '{}' };

describe('the way out to strangers', () => {
  let server: Server;
  let port: number;
  let connections: number;
  let hosts: (string | undefined)[];
  let answer: { status: number; headers: Record<string, string>; body: string };

  beforeEach(async () => {
    connections = 0;
    hosts = [];
    answer = { status: 204, headers: {}, body: '' };
    server = createServer((incoming, outgoing) => {
      hosts.push(incoming.headers.host);
      incoming.resume().on('end', () => outgoing.writeHead(answer.status, answer.headers).end(answer.body));
    }).on('connection', () => void connections++);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    port = portOf(server);
  });

  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const post = async (
    url: string,
    {
      allowPrivateHosts = true,
      resolve,
      timeoutMs = 5_000,
    }: { allowPrivateHosts?: boolean; resolve?: ResolveHost; timeoutMs?: number } = {},
  ): Promise<Reply> => {
    const agent = openSafeAgent(() => ({ allowPrivateHosts }), resolve);
    try {
      return await postEvent(url, event, { agent, timeoutMs, now: Date.now });
    } finally {
      await agent.destroy();
    }
  };

  it('asks for a name once, and connects to the answer under that name', async () => {
    const { asked, resolve } = inTurn([LOOPBACK]);

    expect(await post(`http://receiver.example:${port}/`, { resolve })).toEqual({ heard: 'delivered', why: '204' });
    expect(asked).toEqual(['receiver.example']);
    expect(hosts).toEqual([`receiver.example:${port}`]);
  });

  it.each([
    ['its own machine', [LOOPBACK]],
    ['its own machine beside a public host', [PUBLIC, LOOPBACK]],
    ['metadata', [METADATA]],
    ['mapped IPv4', [{ address: '::ffff:127.0.0.1', family: 6 }]],
    ['a translated address', [{ address: '64:ff9b::7f00:1', family: 6 }]],
    ['nothing', []],
  ])('opens no connection for a name that leads to %s', async (_, addresses) => {
    const { resolve } = inTurn(addresses);

    const reply = await post(`http://receiver.example:${port}/`, { allowPrivateHosts: false, resolve });

    expect(reply).toMatchObject({ heard: 'failed', why: 'REFUSED_ADDRESS' });
    expect(connections).toBe(0);
  });

  it.each(['127.0.0.1', '2130706433', '[::ffff:7f00:1]'])('opens no connection to %s', async (host) => {
    const reply = await post(`http://${host}:${port}/`, { allowPrivateHosts: false });

    expect(reply).toMatchObject({ heard: 'failed', why: 'REFUSED_ADDRESS' });
    expect(connections).toBe(0);
  });

  it('looks at the answer anew when a name is asked for again', async () => {
    const { asked, resolve } = inTurn([LOOPBACK], [METADATA]);
    const url = `http://rebinding.example:${port}/`;

    expect((await post(url, { resolve })).heard).toBe('delivered');
    expect(await post(url, { resolve })).toMatchObject({ heard: 'failed', why: 'REFUSED_ADDRESS' });
    expect(asked).toHaveLength(2);
    expect(connections).toBe(1);
  });

  it('tells a TLS server the name, and believes no certificate of another', async () => {
    const names: string[] = [];
    const tls = createTlsServer({
      SNICallback: (name, done) => {
        names.push(name);
        done(new Error('no certificate'));
      },
    });
    await once(tls.listen(0, '127.0.0.1'), 'listening');
    const { resolve } = inTurn([LOOPBACK]);

    const reply = await post(`https://receiver.example:${portOf(tls)}/`, { resolve });
    tls.close();

    expect(names).toEqual(['receiver.example']);
    expect(reply.heard).toBe('failed');
  });

  it('does not follow a redirect', async () => {
    answer = { status: 302, headers: { location: `http://127.0.0.1:${port}/elsewhere` }, body: '' };

    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ heard: 'failed', why: '302' });
    expect(hosts).toHaveLength(1);
  });

  it('is told by 410 that nobody wants to hear, and how long to wait by others', async () => {
    answer = { status: 410, headers: {}, body: 'gone' };
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ heard: 'gone', why: '410' });

    answer = { status: 503, headers: { 'retry-after': '7' }, body: '' };
    expect(await post(`http://127.0.0.1:${port}/`)).toEqual({ heard: 'failed', why: '503', retryAfterMs: 7_000 });
  });

  it('has heard enough of an endless answer after its head', async () => {
    server.removeAllListeners('request').on('request', (_incoming, outgoing) => {
      outgoing.writeHead(200);
      const flood = (): boolean => !outgoing.destroyed && outgoing.write('x'.repeat(16_384), () => setImmediate(flood));
      flood();
    });

    expect((await post(`http://127.0.0.1:${port}/`, { timeoutMs: 20_000 })).heard).toBe('delivered');
  });

  it('gives up a receiver that is silent', async () => {
    const silent = createTcpServer();
    await once(silent.listen(0, '127.0.0.1'), 'listening');

    expect(await post(`http://127.0.0.1:${portOf(silent)}/`, { timeoutMs: 100 })).toMatchObject({
      heard: 'failed',
      why: 'TimeoutError',
    });
    silent.close();
  });

  it('fails where nobody listens', async () => {
    server.close();
    server.closeAllConnections();

    expect(await post(`http://127.0.0.1:${port}/`)).toMatchObject({ heard: 'failed', why: 'ECONNREFUSED' });
  });
});
