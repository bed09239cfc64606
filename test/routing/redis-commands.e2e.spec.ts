import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { GatewayProcess, provider, startTestRedis, type TestRedis, testConfig } from '#testing';
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

/** Everything that a Redis is told from now on. */
const watch = async (url: string): Promise<{ commands: Command[]; end: () => void }> => {
  const monitor = await new Redis(url).monitor();
  const commands: Command[] = [];
  monitor.on('monitor', (_time: string, words: string[], source: string) =>
    commands.push({ words, isSent: source !== 'lua' }),
  );
  return { commands, end: () => monitor.disconnect() };
};

describe(`what ${CALLS} calls cost Redis`, () => {
  let redis: TestRedis;
  let upstream: Simulator;
  let gateway: GatewayProcess;

  const start = async (limits: Record<string, number>): Promise<void> => {
    const credentials = [{ name: 'main', api_key: 'k', limits }];
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
});
