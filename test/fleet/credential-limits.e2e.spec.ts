import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Deployment, NO_USAGE, type Refusal, type Reservation } from '#core';
import type { Fleet } from '#fleet';
import { startTestRedis, type TestRedis, until } from '#testing';
import { flood } from './flood.js';
import { putRedisClock } from './redis-clock.js';
import { grants, limitedTo, meddle, Replicas, SMALL } from './replicas.js';

const HOUR = 3_600_000;
const KEY = 'sw:{limits:vllm/main/f}';
/** The bucket lets five seconds' worth through at one stroke. */
const burst = (rpm: number): number => rpm / 12;

const IS_LONG = process.env.SWITCHYARD_LONG === '1';

describe('the limits of a credential', () => {
  let redis: TestRedis;
  let replicas: Replicas;
  let one: Fleet;
  let two: Fleet;
  let three: Fleet;

  const reserve = (fleet: Fleet, deployment: Deployment, more: Partial<typeof SMALL> = {}) =>
    fleet.credentialLimits.reserve(deployment, { ...SMALL, ...more }, 'interactive');
  const reserveForBatch = (fleet: Fleet, deployment: Deployment, more: Partial<typeof SMALL> = {}) =>
    fleet.credentialLimits.reserve(deployment, { ...SMALL, ...more }, 'batch');
  const granted = (answer: Reservation | Refusal): Reservation => {
    if (answer.kind === 'refused') throw new Error(`refused for ${answer.dimension}`);
    return answer;
  };

  beforeEach(async () => {
    redis = await startTestRedis();
    replicas = new Replicas(redis.url);
    [one, two, three] = (await Promise.all(['1', '2', '3'].map(async (name) => (await replicas.join(name)).fleet))) as [
      Fleet,
      Fleet,
      Fleet,
    ];
  }, 120_000);

  afterEach(async () => {
    await replicas.close();
    await redis.stop();
  });

  /** Until each replica has counted the others. */
  const acquainted = (): Promise<unknown> =>
    until(
      () => [one, two, three].map(({ replicas }) => replicas),
      (counts) => counts.every((count) => count === 3),
    );

  it.each([
    { rpm: 600, seconds: IS_LONG ? 60 : 6, perSecond: 200 },
    { rpm: 6000, seconds: 2, perSecond: 600 },
    { rpm: 60, seconds: IS_LONG ? 60 : 4, perSecond: 50 },
  ])(
    'are used up and kept by three flooded replicas ($rpm a minute)',
    async (plan) => {
      const { rpm, seconds } = plan;
      await acquainted();
      const figures = await flood([one, two, three], limitedTo({ rpm }), plan);
      const limit = (rpm * seconds) / 60;
      // What was there at the beginning is no merit.
      const utilisation = (figures.admitted - burst(rpm) + 1) / limit;
      console.log(`${rpm} rpm, ${seconds} s: utilisation ${utilisation.toFixed(3)}, ${JSON.stringify(figures)}`);

      expect(figures.admitted).toBeLessThanOrEqual(Math.ceil(limit + burst(rpm)) + 1);
      expect(figures.refusedUpstream).toBeLessThanOrEqual(figures.admitted / 100);
      // In a short time what is under way at its end weighs more.
      expect(utilisation).toBeGreaterThanOrEqual(IS_LONG ? 0.95 : 0.85);
      // A flood of calls is no flood of questions.
      expect(figures.atOnce).toBeGreaterThan(figures.calls * 0.6);
    },
    90_000,
  );

  it('mostly cost nobody a round trip while there is enough', async () => {
    const figures = await flood([one, two, three], limitedTo({ rpm: 6000, inputTpm: 60_000_000 }), {
      rpm: 6000,
      seconds: 2,
      perSecond: 60,
    });

    expect(figures.admitted).toBe(figures.calls);
    expect(figures.atOnce).toBeGreaterThan(figures.calls * 0.85);
  });

  it('let a limit of one through once, whoever asks', async () => {
    const limited = limitedTo({ rpm: 1 });
    const answers = await Promise.all([one, two, three, one].map(async (fleet) => reserve(fleet, limited)));

    const refusals = answers.filter((answer) => answer.kind === 'refused');
    expect(refusals).toHaveLength(3);
    expect(refusals[0]).toMatchObject({ dimension: 'requests' });
    expect(refusals[0]?.kind === 'refused' && refusals[0].retryAfterMs).toBeGreaterThan(50_000);
  });

  it('leave a replica all of a low limit that the others do not use', async () => {
    await grants(two, limitedTo({ rpm: 3 }), 1);

    expect(await grants(one, limitedTo({ rpm: 3 }), 5)).toHaveLength(2);
  });

  it('never let more calls be under way than they say', async () => {
    const figures = await flood([one, two, three], limitedTo({ concurrency: 4 }), {
      rpm: 1e9,
      seconds: 2,
      perSecond: 600,
    });

    expect(figures.mostUnderWay).toBe(4);
    // Four at a time, 20 ms each: at least half of what that could be.
    expect(figures.admitted).toBeGreaterThan(200);
  });

  it('give back the places and the leases of a replica that died', async () => {
    const now = await meddle(redis.url, async (client) => Number((await client.time())[0]) * 1000);
    await meddle(redis.url, (client) => client.hset(KEY, 'h:ghost', `${now} 0 0 0 1`));
    const limited = limitedTo({ concurrency: 1 });
    expect(await reserve(one, limited)).toMatchObject({ kind: 'refused', dimension: 'concurrency' });

    const start = performance.now();
    granted(
      await until(
        () => reserve(one, limited),
        ({ kind }) => kind === 'granted',
        5000,
      ),
    );

    expect(performance.now() - start).toBeLessThan(4000);
  });

  it('give back at once what a replica held that leaves', async () => {
    const limited = limitedTo({ rpm: 3, concurrency: 1 });
    granted(await reserve(one, limited)).settle(NO_USAGE);
    await one.close();

    expect(await reserve(two, limited)).toMatchObject({ kind: 'granted' });
  });

  it('hand over places within a second of their being free', async () => {
    const limited = limitedTo({ concurrency: 1 });
    granted(await reserve(one, limited)).settle(NO_USAGE);

    const answer = await until(
      () => reserve(two, limited),
      ({ kind }) => kind === 'granted',
      1000,
    );

    expect(answer.kind).toBe('granted');
  });

  it('take back what was reserved and not used', async () => {
    const limited = limitedTo({ inputTpm: 1000, outputTpm: 1000 });
    const first = granted(await reserve(one, limited, { inputTokens: 900, outputTokens: 900 }));
    expect(await reserve(one, limited, { inputTokens: 900 })).toMatchObject({ dimension: 'input-tokens' });

    first.settle({ ...NO_USAGE, input: 40, cacheWrite5m: 10, cacheRead: 850, output: 100 });

    granted(await reserve(one, limited, { inputTokens: 900, outputTokens: 800 }));
  });

  it('take back all of what was never sent', async () => {
    const limited = limitedTo({ rpm: 1, inputTpm: 1000 });
    granted(await reserve(one, limited, { inputTokens: 1000 })).settle(undefined);

    expect(await reserve(one, limited, { inputTokens: 1000 })).toMatchObject({ kind: 'granted' });
  });

  it('count what was used beyond the estimate', async () => {
    const limited = limitedTo({ outputTpm: 1000 });
    granted(await reserve(one, limited)).settle({ ...NO_USAGE, input: 10, output: 990 });

    const answer = await until(
      () => reserve(two, limited, { outputTokens: 500 }),
      ({ kind }) => kind === 'refused',
      1000,
    );

    expect(answer).toMatchObject({ dimension: 'output-tokens' });
  });

  it('let through alone what is larger than they are, and charge it in full', async () => {
    const limited = limitedTo({ inputTpm: 1000 });
    granted(await reserve(one, limited, { inputTokens: 1500 }));

    const refusal = await reserve(two, limited);
    expect(refusal).toMatchObject({ kind: 'refused', dimension: 'input-tokens' });
    expect(refusal.kind === 'refused' && refusal.retryAfterMs).toBeGreaterThan(25_000);
  });

  it('are lowered to what the upstream says is left, for all replicas', async () => {
    const limited = limitedTo({ inputTpm: 100_000 });
    const reservation = granted(await reserve(one, limited));

    reservation.observe([{ dimension: 'input-tokens', limit: 100_000, remaining: 500, resetMs: undefined }]);

    const refusal = await until(
      () => reserve(two, limited, { inputTokens: 5000 }),
      ({ kind }) => kind === 'refused',
      1000,
    );
    expect(refusal).toMatchObject({ dimension: 'input-tokens' });
  });

  it('are never raised by what the upstream says', async () => {
    const limited = limitedTo({ rpm: 1 });
    const reservation = granted(await reserve(one, limited));

    reservation.observe([{ dimension: 'requests', limit: 1000, remaining: 999, resetMs: 0 }]);

    expect(await reserve(one, limited)).toMatchObject({ kind: 'refused' });
  });

  it('keep a share from batches for those who wait', async () => {
    const limited = limitedTo({ inputTpm: 10_000 });
    const taken: Reservation[] = [];
    for (let i = 0; i < 20; i++) {
      const answer = await reserveForBatch(one, limited, { inputTokens: 1000 });
      if (answer.kind === 'granted') taken.push(answer);
    }

    expect(taken).toHaveLength(8);
    granted(await reserve(two, limited, { inputTokens: 2000 }));
  });

  it('keep places from batches for those who wait', async () => {
    const limited = limitedTo({ concurrency: 4 });
    for (let i = 0; i < 2; i++) granted(await reserveForBatch(one, limited));
    for (const fleet of [one, two]) expect(await reserveForBatch(fleet, limited)).toMatchObject({ kind: 'refused' });

    for (const fleet of [two, three]) granted(await reserve(fleet, limited));
    expect(await reserve(two, limited)).toMatchObject({ kind: 'refused', dimension: 'concurrency' });
  });

  it('give a batch the only place there is', async () => {
    expect(await reserveForBatch(one, limitedTo({ concurrency: 1 }))).toMatchObject({ kind: 'granted' });
  });

  it.each([
    ['forward', HOUR],
    ['back', -HOUR],
  ])('neither multiply nor freeze when the server’s clock is put %s an hour', async (_, jump) => {
    const limited = limitedTo({ rpm: 600, concurrency: 50 });
    const held = await grants(one, limited, 60);
    expect(held.length).toBeGreaterThanOrEqual(50);
    expect(held.length).toBeLessThan(55);
    // When the bucket was last looked at, and what the first replica holds.
    expect(await putRedisClock(redis.url, jump)).toBeGreaterThanOrEqual(2);

    for (const reservation of held) reservation.settle(NO_USAGE);
    const figures = await flood([one, two, three], limited, { rpm: 600, seconds: 2, perSecond: 200 });

    expect(figures.admitted).toBeLessThanOrEqual(20 + burst(600) + 3);
    expect(figures.admitted).toBeGreaterThanOrEqual(17);
  });

  it('of nothing admit nothing, and do not ask', async () => {
    expect(one.credentialLimits.reserve(limitedTo({ rpm: 0 }), SMALL, 'interactive')).toMatchObject({
      kind: 'refused',
      dimension: 'requests',
    });
    expect(one.credentialLimits.reserve(limitedTo({ concurrency: 0 }), SMALL, 'batch')).toMatchObject({
      dimension: 'concurrency',
    });
  });

  it('cost nothing where there are none', () => {
    const free = one.credentialLimits.reserve(limitedTo({}), SMALL, 'interactive');

    expect(free).toMatchObject({ kind: 'granted' });
    expect(one.credentialLimits.reserve(limitedTo({}), SMALL, 'batch')).toBe(free);
  });

  it('survive estimates that make no sense', async () => {
    const limited = limitedTo({ inputTpm: 1000, outputTpm: 1000 });

    granted(await reserve(one, limited, { inputTokens: Number.NaN, outputTokens: -5 })).settle({
      ...NO_USAGE,
      input: Infinity,
      output: Number.NaN,
    });
    expect(await reserve(one, limited)).toMatchObject({ kind: 'granted' });
  });
});
