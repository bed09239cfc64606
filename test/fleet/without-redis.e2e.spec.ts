import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Deployment, NO_USAGE } from '#core';
import type { Fleet } from '#fleet';
import { FaultProxy, startTestRedis, type TestRedis, until } from '#testing';
import { flood, p99 } from './flood.js';
import { limitedTo, meddle, type Replica, Replicas, SMALL } from './replicas.js';

/** More than anybody here will send. */
const PLENTY = limitedTo({ rpm: 6_000_000, inputTpm: 1e9, concurrency: 10_000 });

const stateOf = (fleet: Fleet, state: 'up' | 'away', withinMs?: number): Promise<unknown> =>
  until(
    () => fleet.state,
    (now) => now === state,
    withinMs,
  );

/** Calls without end; tells how long each waited for its reservation. */
class Caller {
  readonly waits: number[] = [];
  refused = 0;
  private ended = false;
  private readonly running: Promise<void>;

  constructor(fleet: Fleet, deployment: Deployment) {
    this.running = this.run(fleet, deployment);
  }

  /** Resolves after so many more calls. */
  more(calls: number): Promise<number> {
    const before = this.waits.length;
    return until(
      () => this.waits.length,
      (count) => count >= before + calls,
      20_000,
    );
  }

  async end(): Promise<void> {
    this.ended = true;
    await this.running;
  }

  get p99(): number {
    return p99(this.waits);
  }

  private async run({ credentialLimits }: Fleet, deployment: Deployment): Promise<void> {
    while (!this.ended) {
      const start = performance.now();
      // Without a lease to live on, each call has to ask.
      const answer = await credentialLimits.reserve(deployment, SMALL, 'batch');
      this.waits.push(performance.now() - start);
      if (answer.kind === 'refused') this.refused++;
      else answer.settle(NO_USAGE);
      await pause(2);
    }
  }
}

describe('calls while Redis', () => {
  let redis: TestRedis;
  let proxy: FaultProxy;
  let replicas: Replicas;
  let replica: Replica;

  const say = (what: string, { waits, p99, refused }: Caller): void =>
    console.log(
      `${what}: ${waits.length} calls, p99 wait ${p99.toFixed(1)} ms, longest ${Math.max(...waits).toFixed(1)} ms, refused ${refused}`,
    );

  beforeEach(async () => {
    redis = await startTestRedis();
    proxy = await FaultProxy.start(redis.url);
    replicas = new Replicas(`redis://${proxy.address}`);
    replica = await replicas.join('one');
  }, 120_000);

  afterEach(async () => {
    await replicas.close();
    await proxy.close();
    await redis.stop();
  });

  it('goes and comes back are accompanied by news of it, and our own leaving is none', async () => {
    const told: string[] = [];
    const { fleet } = await replicas.join('two', { onState: (state) => told.push(state) });
    await stateOf(fleet, 'up');
    await redis.kill();
    await stateOf(fleet, 'away');
    await redis.restart();
    await stateOf(fleet, 'up', 3000);
    await fleet.close();
    expect(told).toEqual(['up', 'away', 'up']);
  });

  it('is killed and started again wait no longer than 60 ms, and none fails', async () => {
    const caller = new Caller(replica.fleet, PLENTY);
    await redis.kill();
    await stateOf(replica.fleet, 'away');
    expect(replica.fleet.credentialLimits.mode).toBe('split');
    await caller.more(300);
    await redis.restart();
    await stateOf(replica.fleet, 'up', 3000);
    await caller.end();
    say('killed', caller);

    expect(replica.fleet.credentialLimits.mode).toBe('shared');
    expect(caller.refused).toBe(0);
    expect(caller.p99).toBeLessThanOrEqual(60);
  });

  it('hangs and goes on wait no longer than 60 ms, few of them, and none fails', async () => {
    const caller = new Caller(replica.fleet, PLENTY);
    redis.pause();
    await stateOf(replica.fleet, 'away', 1000);
    const before = caller.waits.length;
    await caller.more(500);
    const meanwhile = caller.waits.slice(before);
    redis.resume();
    await stateOf(replica.fleet, 'up', 5000);
    await caller.end();
    say('hung', caller);

    expect(meanwhile.filter((wait) => wait > 20).length).toBeLessThanOrEqual(2);
    expect(caller.refused).toBe(0);
    expect(caller.p99).toBeLessThanOrEqual(60);
  });

  it('is slow do without it, and marks still get through', async () => {
    const other = await replicas.join('other');
    const caller = new Caller(replica.fleet, PLENTY);
    await proxy.infect({ latencyMs: 200 });
    await stateOf(replica.fleet, 'away', 1000);
    const before = caller.waits.length;
    replica.fleet.publish({ subject: 'x', kind: 'cooldown', reason: '429', remainingMs: 5000 });
    await until(
      () => other.heard,
      (heard) => heard.length > 0,
      2000,
    );
    const meanwhile = caller.waits.slice(before);
    await proxy.heal();
    await stateOf(replica.fleet, 'up', 5000);
    await caller.end();
    say('slow', caller);

    expect(meanwhile.filter((wait) => wait > 20).length).toBeLessThanOrEqual(2);
    expect(caller.refused).toBe(0);
    expect(caller.p99).toBeLessThanOrEqual(60);
  });

  it('answers nonsense do without it, and with it again', async () => {
    const caller = new Caller(replica.fleet, PLENTY);
    await proxy.infect({ garbage: true });
    await stateOf(replica.fleet, 'away', 2000);
    await caller.more(300);
    await proxy.heal();
    await stateOf(replica.fleet, 'up', 5000);
    await caller.end();
    say('nonsense', caller);

    expect(caller.refused).toBe(0);
    expect(caller.p99).toBeLessThanOrEqual(60);
  });

  it('takes no more writes do without it', async () => {
    const caller = new Caller(replica.fleet, PLENTY);
    await meddle(redis.url, (client) => client.config('SET', 'maxmemory', '1'));
    await stateOf(replica.fleet, 'away', 2000);
    await meddle(redis.url, (client) => client.config('SET', 'maxmemory', '0'));
    await stateOf(replica.fleet, 'up', 3000);
    await caller.end();

    expect(caller.refused).toBe(0);
  });

  it('is away know how many replicas there were', async () => {
    const { fleet } = await replicas.join('two');
    await redis.kill();
    await stateOf(fleet, 'away');

    expect(fleet.replicas).toBe(2);
  });
});

describe('limits while Redis is away', () => {
  let redis: TestRedis;
  let replicas: Replicas;

  const three = async (withoutRedis: 'split' | 'strict' | 'open'): Promise<Fleet[]> => {
    const fleets = await Promise.all(
      ['1', '2', '3'].map(async (name) => (await replicas.join(name, { withoutRedis: () => withoutRedis })).fleet),
    );
    await until(
      () => fleets.map((fleet) => fleet.replicas),
      (counts) => counts.every((count) => count === 3),
    );
    return fleets;
  };

  const go = async (fleets: readonly Fleet[]): Promise<void> => {
    await redis.kill();
    for (const fleet of fleets) await stateOf(fleet, 'away');
  };

  beforeEach(async () => {
    redis = await startTestRedis();
    replicas = new Replicas(redis.url);
  }, 120_000);

  afterEach(async () => {
    await replicas.close();
    await redis.stop();
  });

  it('are divided among the replicas that there were', async () => {
    const fleets = await three('split');
    await go(fleets);

    const figures = await flood(fleets, limitedTo({ rpm: 600, concurrency: 30 }), {
      rpm: 600,
      seconds: 3,
      perSecond: 300,
    });

    expect(figures.admitted).toBeGreaterThanOrEqual(28);
    expect(figures.admitted).toBeLessThanOrEqual(30 + 50);
    expect(figures.atOnce).toBe(figures.calls);
  });

  it('of one call at a time still let one through on each', async () => {
    const fleets = await three('split');
    await go(fleets);
    const limited = limitedTo({ concurrency: 1 });

    const answers = fleets.map((fleet) => fleet.credentialLimits.reserve(limited, SMALL, 'interactive'));
    const again = fleets.map((fleet) => fleet.credentialLimits.reserve(limited, SMALL, 'interactive'));

    expect(answers).toEqual(fleets.map(() => expect.objectContaining({ kind: 'granted' })));
    expect(again).toEqual(fleets.map(() => expect.objectContaining({ kind: 'refused', dimension: 'concurrency' })));
  });

  it('close credentials where nothing may go unseen', async () => {
    const [fleet] = await three('strict');
    if (!fleet) throw new Error('no replica');
    await go([fleet]);

    expect(fleet.credentialLimits.mode).toBe('strict');
    expect(fleet.credentialLimits.reserve(limitedTo({ outputTpm: 1 }), SMALL, 'interactive')).toEqual({
      kind: 'refused',
      dimension: 'output-tokens',
      retryAfterMs: 1000,
    });
    expect(fleet.credentialLimits.reserve(limitedTo({}), SMALL, 'interactive')).toMatchObject({ kind: 'granted' });
  });

  it('do not hold where they are not to', async () => {
    const [fleet] = await three('open');
    if (!fleet) throw new Error('no replica');
    await go([fleet]);
    const limited = limitedTo({ rpm: 1, inputTpm: 1, concurrency: 1 });

    const answers = Array.from({ length: 20 }, () => fleet.credentialLimits.reserve(limited, SMALL, 'interactive'));

    expect(answers).toEqual(answers.map(() => expect.objectContaining({ kind: 'granted' })));
  });

  it.each([
    ['hung', false],
    ['lost all it knew', true],
  ])('are not handed out twice when Redis is back, having %s', async (_, lost) => {
    const fleets = await three('split');
    const limited = limitedTo({ rpm: 600 });
    const seconds = 5;
    const flooding = flood(fleets, limited, { rpm: 600, seconds, perSecond: 200 });
    await pause(1000);
    if (lost) await redis.kill();
    else redis.pause();
    for (const fleet of fleets) await stateOf(fleet, 'away');
    await pause(1500);
    if (lost) await redis.restart();
    else redis.resume();

    const { admitted, refusedUpstream, waitMs } = await flooding;
    console.log(`back from being away: ${admitted} admitted in ${seconds} s, p99 wait ${waitMs.toFixed(1)} ms`);

    expect(fleets.map(({ state }) => state)).toEqual(['up', 'up', 'up']);
    // A burst at the beginning, the limit all the while, and not a second burst.
    expect(admitted).toBeLessThanOrEqual(50 + 10 * seconds + 15);
    // Answers that came too late are lost leases: at most another burst less.
    expect(admitted).toBeGreaterThanOrEqual(10 * seconds);
    expect(refusedUpstream).toBe(0);
  });
});

const NOISE = Buffer.from(Array.from({ length: 4096 }, (_, at) => (at * 7919) % 256));

type Answer = (socket: Socket, chunk: Buffer) => void;

const NO_REDIS: readonly [string, Answer][] = [
  ['speaks HTTP', (socket) => socket.end('HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n')],
  ['says yes to everything', (socket) => socket.write('+OK\r\n')],
  ['counts', (socket) => socket.write(':1\r\n')],
  ['has nothing', (socket) => socket.write('$-1\r\n')],
  ['sends lists of nothing', (socket) => socket.write('*3\r\n$-1\r\n*0\r\n*-1\r\n')],
  ['refuses everything', (socket) => socket.write('-ERR no\r\n')],
  ['echoes', (socket, chunk) => socket.write(chunk)],
  ['makes noise', (socket) => socket.write(NOISE)],
  ['answers twice', (socket) => socket.write('$-1\r\n$-1\r\n')],
  ['answers over and over', (socket) => socket.write(':1\r\n-ERR no\r\n$-1\r\n*-1\r\n'.repeat(500))],
  ['hangs up', (socket) => socket.destroy()],
  ['promises more than comes', (socket) => socket.write('$1000000\r\nabc')],
];

/** Listens like a Redis. */
class NoRedis {
  accepted = 0;
  private readonly server: Server;

  private constructor(answer: Answer) {
    this.server = createServer((socket) => {
      this.accepted++;
      // Before anything was asked.
      if (this.accepted % 2 === 0) socket.write('$-1\r\n');
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => answer(socket, chunk));
    });
  }

  static async start(answer: Answer): Promise<NoRedis> {
    const none = new NoRedis(answer);
    await new Promise<void>((listening) => none.server.listen(0, '127.0.0.1', listening));
    return none;
  }

  get url(): string {
    const address = this.server.address();
    return `redis://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  }

  async stop(): Promise<void> {
    await new Promise((closed) => this.server.close(closed));
  }
}

describe('a Redis that is none', () => {
  it.concurrent.each(NO_REDIS)('and %s is away, and is asked again in good time', async (_, answer) => {
    const none = await NoRedis.start(answer);
    const replicas = new Replicas(none.url);
    const { fleet, heard } = await replicas.join('one');
    fleet.publish({ subject: 'x', kind: 'cooldown', reason: '429', remainingMs: 5000 });

    const caller = new Caller(fleet, limitedTo({ rpm: 6000 }));
    await caller.more(50);
    await caller.end();
    await replicas.close();
    await none.stop();

    expect(fleet.state).toBe('away');
    expect(caller.p99).toBeLessThan(60);
    expect(heard).toEqual([]);
    // Three connections, tried again after 100, 200, 400, 800 ms and then each second.
    expect(none.accepted).toBeLessThanOrEqual(3 * 6);
  });
});
