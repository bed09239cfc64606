import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { GatewayProcess, NO_PROCESS_FACTS, provider, residentBytes, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { describeUnless } from '../support/describe-unless.js';

const MB = 1_000_000;
const STREAMS = 40;

describeUnless(NO_PROCESS_FACTS, 'a stream that has begun', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;
  const callers = new AbortController();

  beforeAll(async () => {
    upstream = await startSimulator({ express: true, ledger: 'counts', behaviour: 'stall=4e' });
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url) },
        models: { '*': { targets: [{ provider: 'a' }] } },
      }),
    );
  });

  afterAll(async () => {
    callers.abort();
    await gateway.stop();
    await upstream.close();
  });

  it('holds nothing of its request, which no attempt can need any more', async () => {
    const body = JSON.stringify({
      model: 'sim',
      max_tokens: 16,
      stream: true,
      messages: [{ role: 'user', content: 'x'.repeat(8 * MB) }],
    });
    const begin = async () => {
      const response = await gateway.post('/v1/messages', body, { signal: callers.signal });
      await response.body?.getReader().read();
    };
    // What one large request costs, the process keeps for the next.
    await begin();
    const before = await residentBytes(gateway.pid);

    for (let streams = 0; streams < STREAMS; streams++) await begin();

    const grown = ((await residentBytes(gateway.pid)) - before) / MB;
    console.log(`${STREAMS} streams of 8 MB requests: +${grown.toFixed(0)} MB`);
    expect(upstream.ledger.counts().open).toBe(STREAMS + 1);
    expect(grown).toBeLessThan((STREAMS * 8) / 2);
  });
});
