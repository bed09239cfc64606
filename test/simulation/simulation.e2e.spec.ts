import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const LONG = process.env.SWITCHYARD_LONG === '1';
const SEEDS = LONG ? 10_000 : 500;

/** Of all seeds, those that at least must see it. With fewer the simulation has become tame, and shows nothing. */
const RARE: Record<string, number> = { retries: 0.3, panics: 0.04, probes: 0.25, credentialProbes: 0.05 };

/** In a process of its own, because code runs several times slower in jest's sandbox. */
const simulate = async (...args: string[]): Promise<string> => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['dist/test/simulation/main.js', ...args]).catch(
    (error: { stdout: string }) => ({ stdout: error.stdout }),
  );
  return stdout;
};

interface Row {
  name: string;
  hitShare: number;
  tailImbalance: number;
  failedShare: number;
  attemptsPerCall: number;
}

const compared = async (world: 'calm' | 'troubled'): Promise<Row[]> => {
  const lines = (await simulate('--compare', '--json')).trim().split('\n');
  const worlds = lines.map((line) => JSON.parse(line) as { world: string; rows: Row[] });
  return worlds.find((one) => one.world === world)?.rows ?? [];
};

const NAMES = ['Switchyard, affinity', 'Switchyard, no affinity', 'round robin', 'random'];

describe('the routing engine in virtual time', () => {
  it(
    `keeps its word under ${SEEDS} seeds of random troubles`,
    async () => {
      const out = await simulate('--seeds', String(SEEDS), '--json');
      console.log(out);
      const { failing, totals, seedsWith } = JSON.parse(out.trim().split('\n').at(-1) ?? '') as {
        failing: number;
        totals: Record<string, number>;
        seedsWith: Record<string, number>;
      };
      expect(failing).toBe(0);
      // A world in which nothing happens would be well, too.
      expect(Object.entries(totals).filter(([, total]) => total < SEEDS / 20)).toEqual([]);
      const shares = Object.entries(seedsWith).map(([name, seeds]) => [name, seeds / SEEDS] as const);
      for (const [name, share] of shares)
        expect({ name, isSeen: share > (RARE[name] ?? 1) }).toEqual({ name, isSeen: true });
    },
    LONG ? 900_000 : 120_000,
  );

  it('keeps conversations where they are remembered, and the load even', async () => {
    const rows = await compared('calm');
    expect(rows.map(({ name }) => name)).toEqual(NAMES);
    const [affinity, ...others] = rows;
    expect(affinity?.hitShare).toBeGreaterThanOrEqual(0.94);
    expect(affinity?.tailImbalance).toBeLessThanOrEqual(1.35);
    for (const { hitShare } of others) expect(hitShare).toBeLessThan(0.8);
    for (const { failedShare, attemptsPerCall } of rows) {
      expect(failedShare).toBe(0);
      expect(attemptsPerCall).toBe(1);
    }
  }, 60_000);

  it('fails fewer calls than round robin and random while upstreams are down, with fewer attempts', async () => {
    const rows = await compared('troubled');
    expect(rows.map(({ name }) => name)).toEqual(NAMES);
    const [ours, others] = [rows.slice(0, 2), rows.slice(2)];
    for (const { failedShare, attemptsPerCall } of others) {
      expect(failedShare).toBeGreaterThan(0.003);
      expect(attemptsPerCall).toBeGreaterThan(1.05);
    }
    for (const { failedShare, attemptsPerCall } of ours) {
      expect(failedShare).toBeLessThan(Math.min(...others.map((other) => other.failedShare)) / 5);
      expect(attemptsPerCall).toBeLessThan(1.03);
    }
    expect(rows[0]?.hitShare).toBeGreaterThan(0.9);
  }, 60_000);
});
