import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, NO_PROCESS_FACTS, openSockets, provider, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { FORMS, question } from './two-upstreams.js';
import { describeUnless } from '../support/describe-unless.js';

const credentials = (...names: string[]) => names.map((name) => ({ name, api_key: `key-${name}` }));

describe('attempts', () => {
  let first: Simulator;
  let second: Simulator;
  let gateway: GatewayProcess;

  /** As if nobody had failed before. */
  const ask = async (model: string, form: (typeof FORMS)[number] = 'whole') => {
    await gateway.forgetHealth();
    const response = await gateway.post('/v1/messages', question(model, form));
    await response.text();
    return { status: response.status, attempts: response.headers.get('x-switchyard-attempts') ?? '' };
  };

  beforeAll(async () => {
    first = await startSimulator();
    second = await startSimulator();
    const many = Array.from({ length: 7 }, (_, index) => [`many-${index}`, provider('anthropic', first.url)]);
    gateway = await GatewayProcess.start(
      testConfig({
        providers: {
          ...Object.fromEntries(many),
          first: provider('anthropic', first.url, { credentials: credentials('red', 'green') }),
          second: provider('anthropic', second.url, { credentials: credentials('blue') }),
        },
        models: {
          one: { targets: [{ provider: 'many-0' }] },
          many: { targets: many.map(([name]) => ({ provider: name })) },
          pair: { targets: [{ provider: 'first' }, { provider: 'second', tier: 2 }] },
        },
      }),
    );
  });

  beforeEach(() => {
    first.reset();
    second.reset();
  });

  afterAll(async () => {
    await first.close();
    await second.close();
    await gateway.stop();
  });

  it.each([500, 429, 529])('are three at most, however many deployments there are: %s', async (status) => {
    first.behave(`status=${status}`);
    for (const form of FORMS) {
      const { status: told, attempts } = await ask('many', form);
      expect(told).toBe(status);
      expect(new Set(attempts.split(', ').map((attempt) => attempt.split('/')[0])).size).toBe(3);
    }
    expect(first.ledger.counts().seen).toBe(6);
  });

  it('go on to another credential after a 429', async () => {
    first.behave('status=429');
    const { status, attempts } = await ask('pair');
    expect(status).toBe(200);
    expect(attempts.split(', ').sort()).toEqual(['first/green/pair=429', 'first/red/pair=429', 'second/blue/pair=200']);
    expect(new Set(first.ledger.entries().map(({ credential }) => credential))).toEqual(
      new Set(['key-green', 'key-red']),
    );
  });

  it.each(['status=529', 'error-event=overloaded_error;at=1e'])('go on to another provider after %s', async (fault) => {
    first.behave(fault);
    const { status, attempts } = await ask('pair', 'stream');
    expect(status).toBe(200);
    expect(attempts).toMatch(/^first\/(red|green)\/pair=529, second\/blue\/pair=200$/);
    expect([first.ledger.counts().seen, second.ledger.counts().seen]).toEqual([1, 1]);
  });

  it('are one, at the first that answers', async () => {
    first.behave('status=500;times=1');
    expect((await ask('many')).attempts.split(', ')).toHaveLength(2);
    expect((await ask('many')).attempts.split(', ')).toHaveLength(1);
    expect(first.ledger.counts().seen).toBe(3);
  });

  it('end where the request is refused for what it is', async () => {
    first.behave('status=500;times=1');
    second.behave('status=400');
    const { status, attempts } = await ask('pair');
    // Whichever credential of the first came first, the next is the other one.
    expect([status, attempts]).toEqual([200, expect.stringMatching(/^first\/\w+\/pair=500, first\/\w+\/pair=200$/)]);
    first.behave('status=500');
    expect((await ask('pair')).status).toBe(400);
  });

  it('tell of the last failure when all failed', async () => {
    first.behave('status=429;retry-after=9');
    second.behave('status=503');
    expect((await ask('pair')).status).toBe(529);
  });

  describeUnless(NO_PROCESS_FACTS, 'by the thousand', () => {
    it('that end in errors leave no socket behind', async () => {
      first.behave('status=500');
      await ask('one');
      const before = await openSockets(gateway.pid);
      const faults = ['status=500', 'status=500;body=html', 'body=error', 'cut=10b', 'reset', 'gzip'];
      for (const fault of faults) {
        first.behave(fault);
        for (let round = 0; round < 9; round++)
          await Promise.all(Array.from({ length: 20 }, (_, index) => ask('one', index % 2 === 0 ? 'whole' : 'stream')));
      }
      expect(first.ledger.counts().seen).toBeGreaterThan(1000);
      // Connections that are kept for the next call, on either side, are given up after a few seconds.
      const kept = 2 * 20;
      const after = await until(
        () => openSockets(gateway.pid),
        (sockets) => sockets <= before + kept,
      );
      console.log(`sockets before and after 1,080 errors: ${before}, ${after}`);
      expect(first.ledger.counts().open).toBe(0);
    });
  });
});
