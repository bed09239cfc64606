import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, RawCaller, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { question } from './two-upstreams.js';

const MOST = 3;

describe('a gateway that answers as many calls as it may', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;
  let callers: RawCaller[];

  beforeAll(async () => {
    upstream = await startSimulator();
    gateway = await GatewayProcess.start(
      testConfig({
        listen: { drain_delay: '0s', max_in_flight: MOST },
        providers: { a: provider('anthropic', upstream.url) },
        models: { 'sim*': { targets: [{ provider: 'a' }] } },
      }),
    );
    callers = await Promise.all(Array.from({ length: MOST }, () => RawCaller.connect(gateway.url)));
    for (const caller of callers) caller.ask(question('sim@stall', 'stream'));
    await until(
      () => upstream.ledger.counts().open,
      (open) => open === MOST,
    );
  });

  afterAll(async () => {
    await upstream.close();
    await gateway.stop();
  });

  it('turns the next away, and asks no upstream', async () => {
    const response = await gateway.post('/v1/messages', question('sim', 'whole'));
    expect([response.status, response.headers.get('retry-after')]).toEqual([529, '1']);
    expect(await response.json()).toMatchObject({ type: 'error', error: { type: 'overloaded_error' } });
    expect(upstream.ledger.counts().seen).toBe(MOST);
  });

  it('still says that it is there', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics', '/v1/models'])
      expect((await gateway.get(path)).status).toBe(200);
  });

  it('takes the next once a caller has gone', async () => {
    callers[0]?.hangUp();
    const answered = await until(
      () => gateway.post('/v1/messages', question('sim', 'whole')),
      ({ status }) => status === 200,
    );
    expect(await answered.text()).toContain('end_turn');
  });
});
