import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, TEST_ADMIN_KEY, testConfig } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { ask, samples, total } from './asking.js';

/** The upstream does to each model what its name says. */
const LIMITED = 'limited@status=429;retry-after=30';
const WELL = 'well';

describe('a wildcard', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;

  beforeAll(async () => {
    upstream = await startSimulator();
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url) },
        models: { '*': { targets: [{ provider: 'a' }] } },
      }),
    );
  });

  afterAll(() => Promise.all([gateway.stop(), upstream.close()]));

  it('holds what is said of one model against that one only, and names it to operators, not to monitoring', async () => {
    expect((await ask(gateway, LIMITED)).status).toBe(429);
    expect((await ask(gateway, WELL)).status).toBe(200);
    const refused = await ask(gateway, LIMITED);
    expect([refused.status, refused.headers.get('x-switchyard-attempt-count')]).toEqual([429, '0']);

    const response = await gateway.get('/admin/v1/targets', { 'x-api-key': TEST_ADMIN_KEY });
    expect(await response.json()).toMatchObject({
      data: [
        { id: `a/main/${LIMITED}`, model: LIMITED, routes: ['*'], excluded: { code: 'cooldown' } },
        { id: `a/main/${WELL}`, model: WELL, routes: ['*'], excluded: null },
      ],
    });
    const read = await samples(gateway, 'switchyard_upstream_available');
    expect(Object.values(read)).toEqual([1]);
    expect(total(read, 'provider="a"', 'model="*"')).toBe(1);
  });
});
