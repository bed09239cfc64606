import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

const LONG = process.env.SWITCHYARD_LONG === '1';
const SEEDS = LONG ? 10_000 : 500;

/** In a process of its own, because code runs several times slower in jest's sandbox. */
const simulate = async (...args: string[]): Promise<string> => {
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['dist/test/simulation/main.js', ...args]).catch(
    (error: { stdout: string }) => ({ stdout: error.stdout }),
  );
  return stdout;
};

describe('the routing engine in virtual time', () => {
  it(
    `keeps its word under ${SEEDS} seeds of random troubles`,
    async () => {
      const out = await simulate('--seeds', String(SEEDS));
      console.log(out);
      expect(out).toMatch(new RegExp(`^${SEEDS} seeds, 0 failing, `));
    },
    LONG ? 900_000 : 120_000,
  );

  it('keeps conversations where they are remembered, and the load even', async () => {
    const [calm] = (await simulate('--compare', '--json')).split('\n');
    const { rows } = JSON.parse(calm ?? '') as { rows: { name: string; hitShare: number; tailImbalance: number }[] };
    const [affinity, ...others] = rows;
    expect(affinity?.name).toBe('Switchyard, affinity');
    expect(affinity?.hitShare).toBeGreaterThanOrEqual(0.94);
    expect(affinity?.tailImbalance).toBeLessThanOrEqual(1.35);
    for (const { hitShare } of others) expect(hitShare).toBeLessThan(0.8);
  }, 60_000);
});
