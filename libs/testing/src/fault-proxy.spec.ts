import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { FaultProxy } from './fault-proxy.js';

/** Answers `A` with `a`, and so on, on any number of connections. */
const startEcho = async (): Promise<Server> => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => socket.write(chunk.toString().toLowerCase()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

/** A client that notes what it gets and how its connection ended. */
class Client {
  received = '';
  ending = 'open';
  readonly closed: Promise<void>;

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk) => {
      this.received += chunk.toString();
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      this.ending = error.code ?? error.message;
    });
    this.closed = new Promise<void>((resolve) => {
      socket.once('close', () => {
        if (this.ending === 'open') this.ending = 'closed';
        resolve();
      });
    });
  }

  static async to(proxy: FaultProxy): Promise<Client> {
    const socket = connect(proxy.port, '127.0.0.1');
    const client = new Client(socket);
    await once(socket, 'connect');
    return client;
  }

  async ask(text: string): Promise<string> {
    const before = this.received.length;
    this.say(text);
    while (this.received.length < before + text.length && this.ending === 'open') await this.hearsNothing(1_000);
    return this.received.slice(before);
  }

  say(text: string): void {
    this.socket.write(text);
  }

  /** Whether so many milliseconds pass in silence. */
  async hearsNothing(forMs: number): Promise<boolean> {
    const quiet = new Promise((resolve) => setTimeout(() => resolve(true), forMs));
    const heard = new Promise((resolve) => this.socket.once('data', resolve));
    return (await Promise.race([quiet, heard, this.closed])) === true;
  }

  hangUp(): void {
    this.socket.destroy();
  }
}

describe('FaultProxy', () => {
  let server: Server;
  let proxy: FaultProxy;
  const clients: Client[] = [];

  const client = async (): Promise<Client> => {
    const made = await Client.to(proxy);
    clients.push(made);
    return made;
  };

  beforeEach(async () => {
    server = await startEcho();
    proxy = await FaultProxy.start(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  });

  afterEach(async () => {
    for (const one of clients.splice(0)) one.hangUp();
    await proxy.close();
    server.close();
  });

  it('passes everything on and counts connections', async () => {
    const one = await client();
    const other = await client();
    expect(await one.ask('HELLO')).toBe('hello');
    expect(await other.ask('X'.repeat(100_000))).toBe('x'.repeat(100_000));
    expect(proxy.accepted).toBe(2);
    one.hangUp();
    await one.closed;
    expect(await other.ask('STILL THERE')).toBe('still there');
    expect(proxy.open).toBe(1);
  });

  it('delays each way, on connections that are open already, in order', async () => {
    const one = await client();
    await one.ask('A');
    await proxy.infect({ latencyMs: 60 });
    const started = performance.now();
    one.say('B');
    expect(await one.ask('CD')).toBe('bcd');
    expect(performance.now() - started).toBeGreaterThanOrEqual(118);
    await proxy.heal();
    const healed = performance.now();
    await one.ask('EFG');
    expect(performance.now() - healed).toBeLessThan(60);
  });

  it('passes no more than the bandwidth', async () => {
    await proxy.infect({ bytesPerSecond: 100_000 });
    const one = await client();
    const started = performance.now();
    expect(await one.ask('X'.repeat(20_000))).toBe('x'.repeat(20_000));
    expect(performance.now() - started).toBeGreaterThanOrEqual(195);
  });

  it('accepts and says nothing', async () => {
    await proxy.infect({ drop: true });
    const one = await client();
    one.say('ANYBODY?');
    expect(await one.hearsNothing(80)).toBe(true);
    await proxy.heal();
    expect(await one.ask('NOW')).toBe('now');
  });

  it('refuses, resets who was there, and listens on the same port again', async () => {
    const one = await client();
    await one.ask('A');
    await proxy.infect({ refuse: true });
    await one.closed;
    expect(one.ending).toBe('ECONNRESET');
    await expect(client()).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await proxy.heal();
    expect(await (await client()).ask('B')).toBe('b');
  });

  it('resets after so many bytes of the target', async () => {
    await proxy.infect({ resetAfterBytes: 3 });
    const one = await client();
    expect(await one.ask('ABC')).toBe('abc');
    one.say('D');
    await one.closed;
    expect(one.ending).toBe('ECONNRESET');
  });

  it('closes what is silent, and nothing else', async () => {
    await proxy.infect({ closeIdleAfterMs: 60 });
    const one = await client();
    for (let turn = 0; turn < 4; turn++) {
      expect(await one.ask('A')).toBe('a');
      await one.hearsNothing(25);
    }
    expect(one.ending).toBe('open');
    await one.closed;
    expect(one.ending).toBe('closed');
  });

  it('resets who speaks while the news of the closing is under way', async () => {
    await proxy.infect({ closeIdleAfterMs: 30, closeNoticeMs: 5_000 });
    const one = await client();
    await one.ask('A');
    await one.hearsNothing(80);
    expect(one.ending).toBe('open');
    one.say('B');
    await one.closed;
    expect(one.ending).toBe('ECONNRESET');
    expect(proxy.raced).toBe(1);
  });

  it('loses every nth reply after the target has been asked', async () => {
    let asked = 0;
    server.on('connection', (socket: Socket) => socket.on('data', () => asked++));
    await proxy.infect({ loseEveryNthReply: 3 });
    const one = await client();
    expect(await one.ask('A')).toBe('a');
    expect(await one.ask('B')).toBe('b');
    expect(await one.ask('C')).toBe('');
    expect(one.ending).toBe('ECONNRESET');
    expect(await (await client()).ask('D')).toBe('d');
    expect({ asked, lost: proxy.lost }).toEqual({ asked: 4, lost: 1 });
  });

  it('answers nonsense', async () => {
    await proxy.infect({ garbage: true });
    expect(await (await client()).ask('PING')).toMatch(/nonsense/);
  });

  it('keeps a caller whose other side is gone', async () => {
    const one = await client();
    await one.ask('A');
    await proxy.infect({ halfOpen: true });
    one.say('B');
    expect(await one.hearsNothing(80)).toBe(true);
    expect(one.ending).toBe('open');
    expect(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count)))).toBe(0);
  });

  it('passes on that a side has ended', async () => {
    const ended = once(server, 'connection').then(([socket]) => once(socket as Socket, 'end'));
    const one = await client();
    one.hangUp();
    await ended;
    await one.closed;
    expect(proxy.accepted).toBe(1);
  });
});
