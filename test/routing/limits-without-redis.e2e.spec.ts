import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  ConfigFile,
  GatewayProcess,
  provider,
  type Section,
  startTestRedis,
  type TestRedis,
  testConfig,
  until,
} from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { ask, samples, total } from './asking.js';

/** Five of them may come at one stroke. */
const RPM = 60;
const AT_ONCE = 5;
const CALLS = 12;

const EXPECTED = {
  split: { least: AT_ONCE, most: AT_ONCE + 2 },
  strict: { least: 0, most: 0 },
  open: { least: CALLS, most: CALLS },
} as const;

type Mode = keyof typeof EXPECTED;
const MODES = Object.keys(EXPECTED) as Mode[];

describe('limits of credentials', () => {
  let upstream: Simulator;
  let gateway: GatewayProcess;

  const configFor = (mode: Mode, redis?: TestRedis): Section => {
    const credentials = [{ name: 'main', api_key: 'k', limits: { rpm: RPM } }];
    return testConfig({
      providers: {
        limited: provider('anthropic', upstream.url, { credentials }),
        free: provider('anthropic', upstream.url),
      },
      models: { limited: { targets: [{ provider: 'limited' }] }, free: { targets: [{ provider: 'free' }] } },
      without_redis: mode,
      ...(redis && { redis: redis.url }),
    });
  };

  const start = async (mode: Mode, redis?: TestRedis): Promise<void> => {
    gateway = await GatewayProcess.start(configFor(mode, redis));
  };

  const modeInForce = async (): Promise<string | undefined> => {
    const modes = await samples(gateway, 'switchyard_limits_mode');
    return ['shared', ...MODES].find((mode) => total(modes, `mode="${mode}"`) === 1);
  };

  /** How many are answered, and what all of them say. */
  const flood = async (): Promise<{ answered: number; refused: Response[]; headers: Set<string | null> }> => {
    const responses = await Promise.all(Array.from({ length: CALLS }, () => ask(gateway, 'limited')));
    return {
      answered: responses.filter(({ status }) => status === 200).length,
      refused: responses.filter(({ status }) => status !== 200),
      headers: new Set(responses.map(({ headers }) => headers.get('x-switchyard-limits'))),
    };
  };

  const expectMode = async (mode: Mode): Promise<void> => {
    const { answered, refused, headers } = await flood();
    expect([...headers]).toEqual([mode]);
    expect(answered).toBeGreaterThanOrEqual(EXPECTED[mode].least);
    expect(answered).toBeLessThanOrEqual(EXPECTED[mode].most);
    for (const response of refused) {
      expect(response.status).toBe(429);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    }
    const free = await ask(gateway, 'free');
    expect([free.status, free.headers.get('x-switchyard-limits')]).toEqual([200, null]);
  };

  beforeAll(async () => {
    upstream = await startSimulator();
  });

  afterEach(() => gateway.stop());
  afterAll(() => upstream.close());

  it.each(MODES)('hold as without_redis: %s says where Redis was never there', async (mode) => {
    await start(mode);
    expect(await modeInForce()).toBe(mode);
    await expectMode(mode);
  });

  it('hold as an operator says while Redis is away', async () => {
    const file = await ConfigFile.write(configFor('strict'));
    try {
      gateway = await GatewayProcess.start(file);
      expect((await ask(gateway, 'limited')).status).toBe(429);

      await file.rewrite(configFor('open'));
      gateway.signal('SIGHUP');
      // A refusal holds for as long as callers were told.
      await until(
        () => ask(gateway, 'limited'),
        ({ status }) => status === 200,
      );
      await expectMode('open');
    } finally {
      await file.remove();
    }
  });

  it.each(MODES)(
    'hold as without_redis: %s says once Redis is killed, and for all together when it is back',
    async (mode) => {
      const redis = await startTestRedis();
      try {
        await start(mode, redis);
        const before = await ask(gateway, 'limited');
        expect([before.status, before.headers.get('x-switchyard-limits')]).toEqual([200, null]);

        await redis.kill();
        await until(modeInForce, (now) => now === mode);
        // One call was made while Redis was there, and counts.
        const { answered, refused, headers } = await flood();
        expect([...headers]).toEqual([mode]);
        expect(answered).toBeGreaterThanOrEqual(Math.max(0, EXPECTED[mode].least - 1));
        expect(answered).toBeLessThanOrEqual(EXPECTED[mode].most);
        for (const { status } of refused) expect(status).toBe(429);

        await redis.restart();
        await until(modeInForce, (now) => now === 'shared');
        const after = await until(
          () => ask(gateway, 'limited'),
          ({ status }) => status === 200,
        );
        expect(after.headers.get('x-switchyard-limits')).toBeNull();
      } finally {
        await redis.stop();
      }
    },
  );
});
