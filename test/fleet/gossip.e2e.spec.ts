import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HealthMark } from '#core';
import { startTestRedis, type TestRedis, until } from '#testing';
import { putRedisClock } from './redis-clock.js';
import { meddle, type Replica, Replicas } from './replicas.js';

const HOUR = 3_600_000;
const MARKS = 'sw:{fleet}:marks';

const COOLDOWN: HealthMark = { subject: 'anthropic/main/sonnet', kind: 'cooldown', reason: '429', remainingMs: 7000 };
const DISABLED: HealthMark = { subject: 'anthropic/main', kind: 'disabled', reason: '401', remainingMs: 600_000 };

describe('marks among replicas', () => {
  let redis: TestRedis;
  let replicas: Replicas;

  const hears = ({ heard }: Replica, count: number, withinMs?: number): Promise<readonly HealthMark[]> =>
    until(
      () => heard,
      () => heard.length >= count,
      withinMs,
    );

  /** Ends the connections of all replicas that wait for the bell, or of all the others. */
  const breakConnections = (waiting: boolean): Promise<void> =>
    meddle(redis.url, async (client) => {
      const lines = String(await client.client('LIST'))
        .trim()
        .split('\n');
      const found = lines.filter((line) => line.includes('cmd=xread') === waiting && !line.includes('cmd=client'));
      for (const line of found) await client.client('KILL', 'ID', Number(/id=(\d+)/.exec(line)?.[1]));
    });

  beforeEach(async () => {
    redis = await startTestRedis();
    replicas = new Replicas(redis.url);
  }, 120_000);

  afterEach(async () => {
    await replicas.close();
    await redis.stop();
  });

  it('are heard by the others with the time that is left, and not by who made them', async () => {
    const one = await replicas.join('one');
    const other = await replicas.join('other');
    const start = performance.now();

    one.fleet.publish(COOLDOWN);
    const [mark] = await hears(other, 1, 1000);

    expect(mark).toEqual({ ...COOLDOWN, remainingMs: expect.any(Number) });
    expect(mark?.remainingMs).toBeGreaterThan(7000 - (performance.now() - start) - 50);
    expect(mark?.remainingMs).toBeLessThanOrEqual(7000);
    expect(one.heard).toEqual([]);
  });

  it('are heard within a second by all, most of them at once', async () => {
    const [one, ...others] = [await replicas.join('1'), await replicas.join('2'), await replicas.join('3')];
    const delays: number[] = [];
    for (let i = 1; i <= 10; i++) {
      const start = performance.now();
      one?.fleet.publish({ ...COOLDOWN, subject: `subject ${i}` });
      for (const other of others) await hears(other, i, 1000);
      delays.push(performance.now() - start);
    }
    console.log(`marks reached two replicas in ${delays.map((ms) => ms.toFixed(0)).join(', ')} ms`);

    expect(delays.sort((a, b) => a - b)[5]).toBeLessThan(200);
  });

  it('are known to a replica before it is ready, however late it comes', async () => {
    const one = await replicas.join('one');
    one.fleet.publish(COOLDOWN);
    one.fleet.publish(DISABLED);
    await hears(await replicas.join('witness'), 2);

    const late = await replicas.join('late');

    expect(late.heard.map(({ kind }) => kind).sort()).toEqual(['cooldown', 'disabled']);
  });

  it('are told once, and again when they were lifted', async () => {
    const one = await replicas.join('one');
    const other = await replicas.join('other');
    one.fleet.publish(DISABLED);
    await hears(other, 1);

    other.fleet.publish({ ...DISABLED, remainingMs: 0 });
    await hears(one, 1);
    other.fleet.publish(COOLDOWN);
    await hears(one, 2);

    expect(one.heard).toEqual([
      { ...DISABLED, remainingMs: 0, reason: '401' },
      { ...COOLDOWN, remainingMs: expect.any(Number) },
    ]);
    expect(other.heard).toHaveLength(1);
  });

  it('are told after those that were lifted, for one lifting may be of many', async () => {
    const one = await replicas.join('one');
    const witness = await replicas.join('witness');
    for (let at = 0; at < 10; at++)
      for (const remainingMs of [7000, 0])
        one.fleet.publish({ ...COOLDOWN, subject: `${at} of ${remainingMs}`, remainingMs });
    await hears(witness, 20);

    const { heard } = await replicas.join('late');

    expect(heard.map(({ remainingMs }) => remainingMs > 0)).toEqual([
      ...Array.from({ length: 10 }, () => false),
      ...Array.from({ length: 10 }, () => true),
    ]);
  });

  it('stand as long as the longest says, when two differ', async () => {
    const one = await replicas.join('one');
    const other = await replicas.join('other');
    one.fleet.publish({ ...COOLDOWN, remainingMs: 60_000 });
    await hears(other, 1);
    other.fleet.publish({ ...COOLDOWN, remainingMs: 1000 });
    other.fleet.publish(DISABLED);
    await hears(one, 1);

    const late = await replicas.join('late');

    expect(one.heard).toEqual([{ ...DISABLED, remainingMs: expect.any(Number) }]);
    expect(late.heard.find(({ kind }) => kind === 'cooldown')?.remainingMs).toBeGreaterThan(50_000);
  });

  it.each([
    ['the bell', true],
    ['everything but the bell', false],
  ])('are heard within a second when the connection for %s is cut', async (_, waiting) => {
    const one = await replicas.join('one');
    const other = await replicas.join('other');
    one.fleet.publish(COOLDOWN);
    await hears(other, 1);

    await breakConnections(waiting);
    one.fleet.publish(DISABLED);

    expect(await hears(other, 2, 1500)).toMatchObject([COOLDOWN.kind, DISABLED.kind].map((kind) => ({ kind })));
  });

  it('are told again to a replica that has not taken them', async () => {
    const one = await replicas.join('one');
    const told: HealthMark[] = [];
    await replicas.join('other', { onMark: (mark) => told.push(mark) > 1 });

    one.fleet.publish(COOLDOWN);

    await until(
      () => told.map(({ subject }) => subject),
      (subjects) => subjects.length === 2,
      3000,
    );
    expect(told[1]).toMatchObject({ subject: COOLDOWN.subject, kind: 'cooldown' });
  });

  it('are told again to a Redis that has forgotten them, by who made them', async () => {
    const one = await replicas.join('one');
    const other = await replicas.join('other');
    one.fleet.publish(DISABLED);
    await hears(other, 1);

    await meddle(redis.url, (client) => client.flushall());
    const written = await until(
      () => meddle(redis.url, (client) => client.hvals(MARKS)),
      (values) => values.length > 0,
      3000,
    );

    expect(written.map((text) => JSON.parse(text))).toEqual([expect.objectContaining({ text: '401' })]);
    expect(written[0]).toContain('one:');
  });

  it('are kept while Redis is away, and told when it is back', async () => {
    const one = await replicas.join('one');
    const other = await replicas.join('other');
    await redis.kill();
    one.fleet.publish(DISABLED);

    await redis.restart();

    expect(await hears(other, 1, 5000)).toMatchObject([{ kind: 'disabled' }]);
  });

  it('run no longer than they were made for, when the server’s clock is put back', async () => {
    const one = await replicas.join('one');
    one.fleet.publish(COOLDOWN);
    await hears(await replicas.join('witness'), 1);
    expect(await putRedisClock(redis.url, -HOUR)).toBe(1);

    const late = await replicas.join('late');

    expect(late.heard[0]?.remainingMs).toBeLessThanOrEqual(7000);
  });

  it('are heard beside what somebody else has written into their place', async () => {
    await meddle(redis.url, (client) =>
      client.hset(MARKS, { 'cooldown x': 'nonsense', y: '{"till":"soon"}', z: 'null' }),
    );
    const one = await replicas.join('one');
    one.fleet.publish(DISABLED);

    const late = await until(
      () => replicas.join('late'),
      ({ heard }) => heard.length > 0,
    );

    expect(late.heard).toEqual([{ ...DISABLED, remainingMs: expect.any(Number) }]);
  });
});

describe('a replica that starts without Redis', () => {
  it('is ready within little more than a second', async () => {
    const redis = await startTestRedis();
    await redis.kill();
    const replicas = new Replicas(redis.url);
    const start = performance.now();

    const { fleet } = await replicas.join('alone');

    expect(performance.now() - start).toBeLessThan(1300);
    expect(fleet.state).toBe('away');
    expect(fleet.replicas).toBe(1);
    await replicas.close();
    await redis.stop();
  }, 120_000);
});
