import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { FORMS, question } from './two-upstreams.js';

/** A port on which nobody listens. */
const closedPort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

/** Takes connections, and never reads a byte. */
const startDeaf = async (): Promise<Server> => {
  const server = createServer({ pauseOnConnect: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
};

describe('an upstream that cannot be reached', () => {
  let well: Simulator;
  let deaf: Server;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    well = await startSimulator();
    deaf = await startDeaf();
    const closed = `http://127.0.0.1:${await closedPort()}`;
    const short = { timeouts: { connect: '1s' } };
    const providers = {
      refused: provider('anthropic', closed, short),
      'refused-openai': provider('openai', `${closed}/v1`, short),
      // Never resolves: RFC 6761, 6.4.
      nameless: provider('anthropic', 'http://upstream.invalid', short),
      // Speaks no TLS.
      plain: provider('anthropic', well.url.replace('http:', 'https:'), short),
      deaf: provider('anthropic', `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`, {
        timeouts: { first_byte: '500ms' },
      }),
      well: provider('anthropic', well.url),
    };
    const unreachable = Object.keys(providers).filter((name) => name !== 'well');
    gateway = await GatewayProcess.start(
      testConfig({
        providers,
        models: Object.fromEntries(
          unreachable.flatMap((name) => [
            [name, { targets: [{ provider: name }] }],
            [`${name}-and-well`, { targets: [{ provider: name }, { provider: 'well', tier: 2 }] }],
          ]),
        ),
      }),
    );
  });

  beforeEach(() => gateway.forgetHealth());

  afterAll(async () => {
    await gateway.stop();
    await well.close();
    deaf.close();
  });

  it.each([
    ['refused', 'ECONNREFUSED'],
    ['refused-openai', 'ECONNREFUSED'],
    ['nameless', /^(ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT)$/],
    ['plain', /SSL|EPROTO/],
  ])('because it is %s is a 502 that names no address', async (name, cause) => {
    for (const form of FORMS) {
      const response = await gateway.post('/v1/messages', question(name, form));
      const text = await response.text();
      expect(response.status).toBe(502);
      expect(JSON.parse(text)).toMatchObject({
        type: 'error',
        error: { type: 'api_error', message: 'The upstream could not be reached.' },
      });
      const line = await gateway.loggedCall(response.headers.get('request-id'));
      expect(line.attempts).toEqual([
        expect.objectContaining({ outcome: 'connect', cause: expect.stringMatching(cause) }),
      ]);
    }
  });

  it.each(['refused', 'refused-openai', 'nameless', 'plain'])(
    'because it is %s is made good by another',
    async (name) => {
      for (const form of FORMS) {
        const before = well.ledger.counts().answered;
        const response = await gateway.post('/v1/messages', question(`${name}-and-well`, form));
        expect(response.status).toBe(200);
        expect(await response.text()).toContain('Which way?'.split(' ')[0]);
        expect(response.headers.get('x-switchyard-attempts')).toMatch(
          new RegExp(`^${name}/main/\\S+=connect, well/main/\\S+=200$`),
        );
        expect(well.ledger.counts().answered).toBe(before + 1);
      }
    },
  );

  it('because it reads nothing is a 504, or made good by another, however much it was to be told', async () => {
    const long = { system: 'x'.repeat(8_000_000) };
    const asked = FORMS.map(async (form) => {
      const [alone, pair] = await Promise.all([
        gateway.post('/v1/messages', { ...question('deaf', form), ...long }),
        gateway.post('/v1/messages', { ...question('deaf-and-well', form), ...long }),
      ]);
      expect([alone.status, await alone.json()]).toEqual([
        504,
        expect.objectContaining({ error: expect.objectContaining({ type: 'timeout_error' }) }),
      ]);
      expect([pair.status, await pair.text()]).toEqual([200, expect.stringContaining('end_turn')]);
    });
    await Promise.all(asked);
  });
});
