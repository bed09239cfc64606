import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { GatewayProcess, provider, startTestRedis, type TestRedis, TEST_ADMIN_KEY, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { ask } from './asking.js';

const M = { m: { targets: [{ provider: 'a' }] } };

/** A provider with one credential. Tests have keys of their own, for what is found out about one is known as long as Redis is there. */
const account = (upstream: Simulator, apiKey: string, limits?: object) =>
  provider('anthropic', upstream.url, { credentials: [{ name: 'main', api_key: apiKey, ...(limits && { limits }) }] });

describe('a gateway in the middle of the day', () => {
  let upstream: Simulator;
  let redis: TestRedis;
  let gateway: GatewayProcess;

  const start = async (a: object, more: object = {}): Promise<void> => {
    gateway = await GatewayProcess.start(testConfig({ providers: { a }, models: M, redis: redis.url, ...more }));
  };

  /** Puts another configuration in force. Resolves when it is. */
  const reload = async (a: object): Promise<void> => {
    const model = `as-of-${performance.now()}`;
    await gateway.rewrite(testConfig({ providers: { a }, models: { ...M, [model]: M.m }, redis: redis.url }));
    gateway.signal('SIGHUP');
    await until(
      () => gateway.get(`/v1/models/${model}`),
      ({ status }) => status === 200,
    );
  };

  const answered = async (calls: number): Promise<number> => {
    const responses = await Promise.all(Array.from({ length: calls }, () => ask(gateway, 'm')));
    return responses.filter(({ status }) => status === 200).length;
  };

  beforeAll(async () => {
    [upstream, redis] = await Promise.all([startSimulator(), startTestRedis()]);
  });

  beforeEach(() => upstream.reset());
  afterEach(() => gateway.stop());
  afterAll(() => Promise.all([upstream.close(), redis.stop()]));

  it('is ready while upstreams and Redis are not, and says so', async () => {
    const nowhere = provider('anthropic', 'http://127.0.0.1:1');
    gateway = await GatewayProcess.start(testConfig({ providers: { a: nowhere }, models: M }));
    for (let call = 0; call < 6; call++) await ask(gateway, 'm');
    const ready = await gateway.get('/health/ready', {});

    expect(ready.status).toBe(200);
    expect(await ready.json()).toEqual({
      status: 'ready',
      redis: 'away',
      limits: 'split',
      replicas: 1,
      upstreams: { known: 1, usable: 0 },
    });
    expect(gateway.log.filter(({ msg }) => msg === 'redis')).toMatchObject([{ state: 'away' }]);
  });

  it('says once in its log that an upstream is left alone, however many calls are refused', async () => {
    await start(account(upstream, 'flooded'));
    upstream.behave('status=429;retry-after=30;delay=300');
    const calls = 300;
    expect(await answered(calls)).toBe(0);
    upstream.behave('');
    await until(
      () => gateway.log.filter(({ msg }) => msg === 'call').length,
      (count) => count === calls,
    );

    const told = gateway.log.filter(({ msg }) => msg === 'upstream cooling down');
    // Once more where the last of them were refused a second after the first.
    expect(told.length).toBeGreaterThanOrEqual(1);
    expect(told.length).toBeLessThanOrEqual(4);
  });

  it('goes by the new limits of a credential at once', async () => {
    await start(account(upstream, 'limited', { concurrency: 2 }));
    upstream.behave('delay=300');
    expect(await answered(10)).toBe(2);
    await reload(account(upstream, 'limited', { concurrency: 8 }));
    await until(
      () => answered(10),
      (count) => count === 8,
    );
    await reload(account(upstream, 'limited'));
    await until(
      () => answered(10),
      (count) => count === 10,
    );
  });

  it('holds nothing against a new key that the old one was refused for', async () => {
    await start(account(upstream, 'old@status=401'));
    expect((await ask(gateway, 'm')).status).toBe(503);
    expect((await ask(gateway, 'm')).headers.get('x-switchyard-attempt-count')).toBe('0');
    await reload(account(upstream, 'new'));
    expect((await ask(gateway, 'm')).status).toBe(200);
  });

  it('takes a refused credential back when an operator says so, on every replica', async () => {
    await start(account(upstream, 'shared'));
    const other = await GatewayProcess.start(gateway.config);
    try {
      upstream.behave('status=401');
      await ask(gateway, 'm');
      await until(
        () => ask(other, 'm'),
        ({ headers }) => headers.get('x-switchyard-attempt-count') === '0',
      );
      upstream.behave('');
      const response = await fetch(`${other.url}/admin/v1/credentials/a/main/enable`, {
        method: 'POST',
        headers: { 'x-api-key': TEST_ADMIN_KEY },
      });
      expect(response.status).toBe(200);
      expect((await ask(other, 'm')).status).toBe(200);
      await until(
        () => ask(gateway, 'm'),
        ({ status }) => status === 200,
      );
    } finally {
      await other.stop();
    }
  });
});
