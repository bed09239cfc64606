import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, startTestRedis, type TestRedis, TEST_ADMIN_KEY, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { ask } from './asking.js';

const MODELS = ['broken', 'limited', 'overloaded', 'refused'];

/** What stands in the list of targets about one. */
interface Listed {
  id: string;
  eligible: boolean;
  excluded: { code: string } | null;
  breaker: { state: string };
  slow_start: number;
}

describe('resetting what was learnt of upstreams', () => {
  let upstream: Simulator;
  let redis: TestRedis;
  let gateways: GatewayProcess[];

  /** Each model on a provider of its own. */
  const config = () =>
    testConfig({
      redis: redis.url,
      providers: Object.fromEntries(MODELS.map((model) => [model, provider('anthropic', upstream.url)])),
      models: Object.fromEntries(MODELS.map((model) => [model, { targets: [{ provider: model }] }])),
    });

  const admin = async (gateway: GatewayProcess, method: string, path: string): Promise<unknown> => {
    const headers = { 'x-api-key': TEST_ADMIN_KEY };
    const response = await fetch(`${gateway.url}/admin/v1/${path}`, { method, headers });
    expect(response.status).toBe(200);
    return response.json();
  };

  const targets = async (gateway: GatewayProcess): Promise<Listed[]> =>
    ((await admin(gateway, 'GET', 'targets')) as { data: Listed[] }).data;

  const excluded = async (gateway: GatewayProcess): Promise<Record<string, string | undefined>> =>
    Object.fromEntries((await targets(gateway)).map(({ id, excluded: why }) => [id.split('/')[0], why?.code]));

  const fail = async (gateway: GatewayProcess, model: string, fault: string, calls = 1): Promise<void> => {
    upstream.behave(fault);
    for (let call = 0; call < calls; call++) await ask(gateway, model);
    upstream.behave('');
  };

  beforeEach(async () => {
    [upstream, redis] = await Promise.all([startSimulator(), startTestRedis()]);
    const shared = config();
    gateways = await Promise.all([1, 2, 3].map(() => GatewayProcess.start(shared)));
  });

  afterEach(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await Promise.all([upstream.close(), redis.stop()]);
  });

  it('holds on every replica within a second, for what each has found out by itself too', async () => {
    const [first, ...others] = gateways as [GatewayProcess, ...GatewayProcess[]];
    await fail(first, 'limited', 'status=429;retry-after=60');
    for (const other of others) {
      await fail(other, 'broken', 'status=500', 5);
      await fail(other, 'overloaded', 'status=529;retry-after=60');
      await fail(other, 'refused', 'status=401');
      await until(
        () => excluded(other),
        ({ broken, limited, overloaded, refused }) =>
          [broken, limited, overloaded, refused].join() === 'breaker-open,cooldown,cooldown,disabled',
      );
    }

    await admin(first, 'POST', 'targets/reset');
    const since = performance.now();
    for (const gateway of gateways)
      await until(
        () => targets(gateway),
        (list) => list.every(({ eligible }) => eligible),
        1_000,
      );
    expect(performance.now() - since).toBeLessThan(1_000);

    const asNew = { excluded: null, breaker: { state: 'closed' }, slow_start: 1 };
    for (const gateway of gateways) {
      expect(await targets(gateway)).toMatchObject(MODELS.map(() => asNew));
      for (const model of MODELS) expect((await ask(gateway, model)).status).toBe(200);
    }
  });

  it('lifts nothing that is found out afterwards, for whoever starts later neither', async () => {
    const [first, second] = gateways as [GatewayProcess, GatewayProcess];
    await fail(first, 'overloaded', 'status=529;retry-after=60');
    await admin(second, 'POST', 'targets/reset');
    await until(
      () => excluded(first),
      ({ overloaded }) => overloaded === undefined,
    );
    await fail(first, 'limited', 'status=429;retry-after=60');
    await fail(first, 'refused', 'status=401');
    const found = { broken: undefined, limited: 'cooldown', overloaded: undefined, refused: 'disabled' };
    const late = await GatewayProcess.start(first.config);
    gateways.push(late);

    for (const gateway of gateways.toReversed())
      await until(
        () => excluded(gateway),
        (codes) => JSON.stringify(codes) === JSON.stringify(found),
        2_500,
      );
    expect(await excluded(late)).toEqual(found);
  });
});
