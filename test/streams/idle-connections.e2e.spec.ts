import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { GatewayProcess, NO_PROCESS_FACTS, provider, RawCaller, residentBytes, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { describeUnless } from '../support/describe-unless.js';

const MB = 1_000_000;
const CONNECTIONS = 30;

describeUnless(NO_PROCESS_FACTS, 'a connection that waits for its next request', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;
  const callers: RawCaller[] = [];

  const connectAndAsk = async (stream: boolean): Promise<void> => {
    const caller = await RawCaller.connect(gateway.url);
    callers.push(caller);
    caller.ask({
      model: `sim@bytes=${MB}`,
      max_tokens: 16,
      stream,
      messages: [{ role: 'user', content: 'x'.repeat(MB) }],
    });
    await caller.untilEnd(stream ? /event: message_stop\n/ : /"speed":"standard"\}\}$/);
  };

  beforeAll(async () => {
    upstream = await startSimulator();
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url) },
        models: { 'sim*': { targets: [{ provider: 'a' }] } },
      }),
      // A small heap, and freed buffers given back at once, so that what the process occupies is what it holds.
      { NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=80', MALLOC_MMAP_THRESHOLD_: '16384' },
    );
  });

  afterAll(async () => {
    for (const caller of callers) caller.hangUp();
    await upstream.close();
    await gateway.stop();
  });

  it.each([false, true])('holds nothing of its last call: stream %s', async (stream) => {
    for (let call = 0; call < 10; call++) await connectAndAsk(stream);
    const before = await residentBytes(gateway.pid);
    for (let call = 0; call < CONNECTIONS; call++) await connectAndAsk(stream);
    const grown = await until(
      async () => ((await residentBytes(gateway.pid)) - before) / MB,
      // Of two megabytes for each, a fifth, which garbage may account for.
      (megabytes) => megabytes < CONNECTIONS * 0.4,
    );
    console.log(`${CONNECTIONS} connections after calls of 2 MB: ${grown.toFixed(0)} MB`);
    expect(upstream.ledger.counts().aborted).toBe(0);
  });
});
