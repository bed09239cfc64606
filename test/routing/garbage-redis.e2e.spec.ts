import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
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

/** Something that listens like a Redis, and says the same to everybody. */
class Liar {
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async start(speech: string): Promise<Liar> {
    const liar = new Liar(createServer());
    liar.server.on('connection', (socket) => {
      liar.sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => liar.sockets.delete(socket));
      socket.on('data', () => socket.write(speech));
    });
    liar.server.listen(0, '127.0.0.1');
    await once(liar.server, 'listening');
    return liar;
  }

  get url(): string {
    return `redis://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

const starts = async (upstream: Simulator, redis: string): Promise<GatewayProcess> => {
  const credentials = [{ name: 'main', api_key: 'k', limits: { rpm: 600_000 } }];
  return GatewayProcess.start(
    testConfig({
      providers: { a: provider('anthropic', upstream.url, { credentials }) },
      models: { m: { targets: [{ provider: 'a' }] } },
      redis,
    }),
  );
};

/** What becomes of many calls and of work for later, and how much is said about it. */
const observed = async (gateway: GatewayProcess) => {
  const begun = performance.now();
  const answers = new Set<string>();
  for (let call = 0; call < CALLS; call++) {
    const response = await ask(gateway, 'm');
    answers.add(`${response.status}, limits ${response.headers.get('x-switchyard-limits')}`);
  }
  return {
    answers: [...answers],
    redisUp: total(await samples(gateway, 'switchyard_redis_up')),
    ready: (await gateway.get('/health/ready')).status,
    batches: (await gateway.get('/v1/messages/batches')).status,
    lines: gateway.log.filter(({ msg }) => msg !== 'call').length,
    seconds: (performance.now() - begun) / 1000,
  };
};

describe('a whole gateway whose Redis says', () => {
  it.concurrent.each(SPEECHES)('%s starts, answers, and does not fill its log', async (_, speech) => {
    const [liar, upstream] = await Promise.all([Liar.start(speech), startSimulator()]);
    let gateway: GatewayProcess | undefined;
    try {
      gateway = await starts(upstream, liar.url);
      const { lines, seconds, ...rest } = await observed(gateway);
      // Work that cannot be kept is refused at once, and not taken or left hanging.
      expect(rest).toEqual({ answers: ['200, limits split'], redisUp: 0, ready: 200, batches: 503 });
      expect(lines).toBeLessThan(20 + 5 * seconds);
      expect(gateway.errors.split('\n').length).toBeLessThan(10);
    } finally {
      await gateway?.stop();
      await upstream.close();
      liar.stop();
    }
  });
});
