import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { ask, samples, total } from './asking.js';

const CALLS = 200;

/** What something that is no Redis may say, unasked and to every command. */
const SPEECHES: [string, string][] = [
  ['nonsense', '\u0000\u0001garbage\r\n\r\n$-7\r\n'],
  ['a page', 'HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n'],
  ['OK to everything', '+OK\r\n'],
  ['numbers to everything', ':-9223372036854775808\r\n'],
  ['nil to everything', '$-1\r\n'],
  ['errors to everything', '-ERR no\r\n'],
  ['nothing', ''],
];

describe('a whole gateway whose Redis says', () => {
  let liar: Server;
  let upstream: Simulator;
  let gateway: GatewayProcess;
  const sockets = new Set<Socket>();

  const lie = async (speech: string): Promise<string> => {
    liar = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
      socket.on('data', () => socket.write(speech));
    }).listen(0, '127.0.0.1');
    await once(liar, 'listening');
    return `redis://127.0.0.1:${(liar.address() as AddressInfo).port}`;
  };

  afterEach(async () => {
    await gateway.stop();
    await upstream.close();
    for (const socket of sockets) socket.destroy();
    liar.close();
  });

  it.each(SPEECHES)('%s starts, answers, and does not fill its log', async (_, speech) => {
    upstream = await startSimulator();
    const credentials = [{ name: 'main', api_key: 'k', limits: { rpm: 600_000 } }];
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url, { credentials }) },
        models: { m: { targets: [{ provider: 'a' }] } },
        redis: await lie(speech),
      }),
    );
    const begun = performance.now();
    const statuses = new Set<number>();
    let slowest = 0;
    for (let call = 0; call < CALLS; call++) {
      const before = performance.now();
      const response = await ask(gateway, 'm');
      slowest = Math.max(slowest, performance.now() - before);
      statuses.add(response.status);
      expect(response.headers.get('x-switchyard-limits')).toBe('split');
    }
    expect([...statuses]).toEqual([200]);
    expect(total(await samples(gateway, 'switchyard_redis_up'))).toBe(0);
    expect((await gateway.get('/health/ready')).status).toBe(200);
    // Work that cannot be kept is refused at once, and not taken or left hanging.
    expect((await gateway.get('/v1/messages/batches')).status).toBe(503);

    const seconds = (performance.now() - begun) / 1000;
    const others = gateway.log.filter(({ msg }) => msg !== 'call');
    console.log(
      `${CALLS} calls, slowest ${slowest.toFixed(0)} ms, ${others.length} other lines in ${seconds.toFixed(1)} s`,
    );
    expect(others.length).toBeLessThan(20 + 5 * seconds);
    expect(gateway.errors.split('\n').length).toBeLessThan(10);
  });
});
