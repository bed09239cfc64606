import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { TEST_ADMIN_KEY, TEST_KEY } from '#testing';
import { type Simulator, startSimulator } from '../../apps/simulator/src/simulator.js';
import type { Yard } from '../yard.js';
import { FAULTY_LINES, ONE_HANGS, TWO_REQUESTS } from './batch-cases.js';
import { createListed, LISTER_KEY, openBatchYard } from './batch-yard.js';
import { LANES } from './lane.js';
import { describeEachPython, runPython } from './python.js';

/** What `python/batch_scenarios.py` does, in its own words, so that each is a test of its own. */
const SCENARIOS = [
  'creates, polls and reads results, at the base URL with "" behind it',
  'creates, polls and reads results, at the base URL with "/anthropic" behind it',
  'makes each line that cannot be run an error of its own',
  'counts everything as processing until the end, tells the truth beside it, and cancels',
  'creates a batch once for an idempotency key',
  'calls the beta methods',
  'turns pages forwards and backwards',
  'is told at once what cannot be a batch',
];

describe.each(LANES)('batches, %s,', (lane) => {
  let simulator: Simulator;
  let yard: Yard;
  let listed: string[];
  beforeAll(async () => {
    simulator = await startSimulator();
    yard = await openBatchYard(lane, simulator.url);
    listed = await createListed(yard.gateway);
  }, 60_000);
  afterAll(() => Promise.all([yard?.close(), simulator?.close()]));

  describeEachPython((python) => {
    const wrong = new Map<string, string | null>();
    beforeAll(async () => {
      const argument = {
        url: yard.gateway.url,
        key: TEST_KEY,
        admin_key: TEST_ADMIN_KEY,
        lister_key: LISTER_KEY,
        two_requests: TWO_REQUESTS,
        one_hangs: ONE_HANGS,
        faulty_lines: FAULTY_LINES,
        listed,
      };
      const printed = await runPython(python, { script: 'batch_scenarios.py', argument });
      for (const line of printed.trim().split('\n')) {
        const said = JSON.parse(line) as { name: string; wrong: string | null };
        wrong.set(said.name, said.wrong);
      }
    }, 60_000);

    it.each(SCENARIOS)('%s', (name) => {
      expect(wrong.get(name)).toBeNull();
    });

    it('has a test for every scenario', () => {
      expect([...wrong.keys()].sort()).toEqual([...SCENARIOS].sort());
    });
  });
});
