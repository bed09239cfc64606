import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, RawCaller, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';

describe('a caller that ends its side once it has asked', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;

  const ask = async (behaviour: string, stream: boolean): Promise<RawCaller> => {
    upstream.reset();
    upstream.behave(behaviour);
    const caller = await RawCaller.connect(gateway.url);
    caller.ask({ model: 'sim', max_tokens: 64, stream, messages: [{ role: 'user', content: 'Hello' }] });
    caller.halfClose();
    return caller;
  };

  beforeAll(async () => {
    upstream = await startSimulator();
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url) },
        models: { sim: { targets: [{ provider: 'a' }] } },
      }),
    );
  });

  afterAll(async () => {
    await upstream.close();
    await gateway.stop();
  });

  it.each(['', 'delay=300', 'gap=20', 'silence=300;at=1e', 'silence=300;at=8e'])(
    'is given its whole stream: %s',
    async (behaviour) => {
      const caller = await ask(behaviour, true);
      const answer = await caller.all();
      expect(answer).toMatch(/(^|\r\n)HTTP\/1.1 200 OK\r\n/);
      expect(answer).toMatch(/event: message_stop/);
      await caller.closed();
      expect(upstream.ledger.counts()).toMatchObject({ seen: 1, aborted: 0 });
    },
  );

  it.each(['', 'delay=300', 'first-byte=300'])('is given its whole answer: %s', async (behaviour) => {
    const answer = await (await ask(behaviour, false)).all();
    expect(answer).toMatch(/"stop_reason":"end_turn"/);
    expect(upstream.ledger.counts()).toMatchObject({ seen: 1, aborted: 0 });
  });

  it('is given its error', async () => {
    const answer = await (await ask('delay=300;status=500', false)).all();
    expect(answer).toMatch(/HTTP\/1.1 500 /);
    expect(answer).toMatch(/"type":"api_error"/);
  });

  it.each([
    ['before the head', 'stall', false],
    ['before content', 'stall=1e', true],
    ['in the middle', 'stall=8e', true],
  ])('and then hangs up %s is noticed upstream', async (_moment, behaviour, stream) => {
    const caller = await ask(behaviour, stream);
    await upstream.ledger.waitFor(({ status, model }) => model !== null && (behaviour === 'stall' || status !== null));
    if (behaviour === 'stall=8e') await caller.until(/text_delta/);
    caller.reset();
    await upstream.ledger.waitFor(({ outcome }) => outcome === 'aborted');
    expect(upstream.ledger.counts()).toMatchObject({ seen: 1, aborted: 1 });
  });
});
