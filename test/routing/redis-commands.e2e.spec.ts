import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { GatewayProcess, provider, startTestRedis, type TestRedis, testConfig, until } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import { ask } from './asking.js';

const CALLS = 500;
const AT_ONCE = 4;
/** However much happens, a credential's balance with the others is looked after no more often, in the background. */
const BALANCES_PER_SECOND = 11;

interface Command {
  /** Its name, keys and arguments. */
  words: readonly string[];
  /** Sent by a client, and not by a script. */
  isSent: boolean;
}

/**
 * Whether it asks for limits because a call cannot go on without them. What a replica gives back or takes in advance needs nothing, and nobody
 * waits for it. The order is that of the script's arguments (`libs/fleet/src/limits/lease-script.ts`).
 */
const needsSomething = (words: readonly string[]): boolean => {
  const key = words.findIndex((word) => word.startsWith('sw:{limits:'));
  return key > 0 && [6, 12, 20, 28].some((at) => Number(words[key + at]) > 0);
};

/** As MONITOR writes it: `1795382194.927548 [0 127.0.0.1:51750] "get" "sw:a"`; a script's own commands are `[0 lua]`. */
const commandOf = (line: string): Command => ({
  words: [...line.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) => word),
  isSent: !line.includes(' lua] '),
});

/** Everything that a Redis is told from now on. On a bare connection, because clients stumble when the first lines come with the answer. */
const watch = async (url: string): Promise<{ commands: Command[]; end: () => void }> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write('MONITOR\r\n');
  const lines = createInterface({ input: socket });
  const commands: Command[] = [];
  await once(lines, 'line');
  lines.on('line', (line) => commands.push(commandOf(line)));
  return { commands, end: () => socket.destroy() };
};

describe(`what ${CALLS} calls cost Redis`, () => {
  let redis: TestRedis;
  let upstream: Simulator;
  let gateway: GatewayProcess;
  let started = 0;

  const start = async (limits: object): Promise<void> => {
    // Another one each time: a gateway that was stopped on a busy machine may not have given back what it held of the last.
    const credentials = [{ name: `key-${started++}`, api_key: 'k', limits }];
    gateway = await GatewayProcess.start(
      testConfig({
        providers: { a: provider('anthropic', upstream.url, { credentials }) },
        models: { m: { targets: [{ provider: 'a' }] } },
        redis: redis.url,
      }),
    );
  };

  const calls = async (): Promise<{ sent: number; forLimits: number; seconds: number }> => {
    // Scripts are sent whole the first time.
    expect((await ask(gateway, 'm')).status).toBe(200);
    const { commands, end } = await watch(redis.url);
    const begun = performance.now();
    const caller = async (): Promise<void> => {
      for (let call = 0; call < CALLS / AT_ONCE; call++) expect((await ask(gateway, 'm')).status).toBe(200);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, caller));
    const seconds = (performance.now() - begun) / 1000;
    end();
    const sent = commands.filter(({ isSent }) => isSent);
    const forLimits = sent.filter(({ words }) => words.some((word) => word.startsWith('sw:{limits:')));
    return { sent: sent.length, forLimits: forLimits.length, seconds };
  };

  beforeAll(async () => {
    redis = await startTestRedis();
    upstream = await startSimulator();
  });

  afterEach(() => gateway.stop());
  afterAll(() => Promise.all([upstream.close(), redis.stop()]));

  it('is nothing where no limit applies', async () => {
    await start({});
    const { sent, forLimits, seconds } = await calls();
    console.log(`no limits: ${forLimits} commands for limits, ${sent} in all, in ${seconds.toFixed(1)} s`);

    expect(forLimits).toBe(0);
    // Replicas tell each other that they live, and so on: by the second, and not by the call.
    expect(sent).toBeLessThan(50 + 30 * seconds);
  });

  it('is far less than a command each where a share of the limits can be held', async () => {
    await start({ rpm: 600_000, input_tpm: 100_000_000 });
    const { forLimits, seconds } = await calls();
    console.log(`wide limits: ${forLimits} commands in ${seconds.toFixed(1)} s`);

    expect(forLimits).toBeGreaterThan(0);
    expect(forLimits).toBeLessThan(10 + BALANCES_PER_SECOND * seconds);
  });

  it('is one command each at most where every call has to ask', async () => {
    await start({ rpm: 600_000, concurrency: AT_ONCE });
    const { forLimits, seconds } = await calls();
    console.log(`narrow limits: ${forLimits} commands in ${seconds.toFixed(1)} s`);

    expect(forLimits).toBeLessThanOrEqual(CALLS + BALANCES_PER_SECOND * seconds);
  });

  /**
   * Of each of so many calls, made one after the other, how many commands of its own it has waited for. Redis tells in which order it was
   * spoken to, so a word of ours before each call and after it sets them apart.
   */
  const waitedFor = async (calls: number): Promise<number[]> => {
    expect((await ask(gateway, 'm')).status).toBe(200);
    const marker = new Redis(redis.url);
    const { commands, end } = await watch(redis.url);
    for (let call = 0; call < calls; call++) {
      await marker.echo('begin');
      expect((await ask(gateway, 'm')).status).toBe(200);
      await marker.echo('end');
    }
    await until(
      () => commands.filter(({ words }) => words[1] === 'end').length,
      (ended) => ended === calls,
    );
    end();
    marker.disconnect();
    const counts: number[] = [];
    for (const { words, isSent } of commands) {
      if (words[1] === 'begin') counts.push(0);
      if (isSent && needsSomething(words)) counts.push((counts.pop() ?? 0) + 1);
    }
    return counts;
  };

  it.each([
    { what: 'no limit', most: 0, limits: {} },
    { what: 'a limit of requests', most: 1, limits: { rpm: 600_000 } },
    { what: 'limits of tokens', most: 1, limits: { input_tpm: 100_000_000, output_tpm: 100_000_000 } },
    { what: 'one place', most: 1, limits: { concurrency: 1 } },
    { what: 'all of them', most: 1, limits: { rpm: 600_000, input_tpm: 100_000_000, concurrency: 2 } },
  ])('is $most for each single call at most, with $what', async ({ limits, most }) => {
    await start(limits);
    const counts = await waitedFor(50);
    const asking = counts.filter((count) => count > 0).length;
    console.log(`${JSON.stringify(limits)}: ${asking} of 50 calls asked, none more than ${Math.max(...counts)} times`);

    expect(counts).toHaveLength(50);
    expect(Math.max(...counts)).toBeLessThanOrEqual(most);
  });
});
