import { parseArgs } from 'node:util';
import { CALM, measure, POLICIES, TROUBLED } from './compared.js';
import { runTroubled } from './troubled-fleet.js';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '500' },
    first: { type: 'string', default: '1' },
    /** Runs this one alone, and prints everything that happens in it. */
    seed: { type: 'string' },
    compare: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

const replay = (seed: number): number => {
  const { violations } = runTroubled(seed, (line) => console.log(line));
  console.log(violations.length === 0 ? 'no violation' : violations.join('\n'));
  return violations.length;
};

const runSeeds = (first: number, count: number): number => {
  const totals = { calls: 0, answered: 0, failed: 0, broken: 0, attempts: 0, retries: 0 };
  const began = performance.now();
  let failing = 0;
  for (let seed = first; seed < first + count; seed++) {
    const { violations, tally } = runTroubled(seed);
    for (const name of Object.keys(totals) as (keyof typeof totals)[]) totals[name] += tally[name];
    if (violations.length === 0) continue;
    failing++;
    if (failing <= 10) console.log(`seed ${seed} (replay it with --seed ${seed}):\n  ${violations.join('\n  ')}`);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (values.json) console.log(JSON.stringify({ seeds: count, failing, ...totals }));
  else
    console.log(
      `${count} seeds, ${failing} failing, ${totals.calls} calls, ${totals.attempts} attempts, ${totals.failed} failed, ${seconds} s`,
    );
  return failing;
};

const compare = (): void => {
  for (const [world, troubles] of [
    ['calm', CALM],
    ['troubled', TROUBLED],
  ] as const) {
    const rows = POLICIES.map((policy) => measure(policy, 1, troubles));
    if (values.json) {
      console.log(JSON.stringify({ world, rows }));
      continue;
    }
    console.log(`\n${world}`);
    console.table(
      Object.fromEntries(
        rows.map(({ name, hitShare, tailImbalance, failedShare, attemptsPerCall }) => [
          name,
          {
            'cache hits': `${(100 * hitShare).toFixed(1)} %`,
            'p99 busiest/mean': tailImbalance.toFixed(2),
            failed: `${(100 * failedShare).toFixed(2)} %`,
            'attempts/call': attemptsPerCall.toFixed(3),
          },
        ]),
      ),
    );
  }
};

if (values.seed !== undefined) process.exitCode = replay(Number(values.seed)) > 0 ? 1 : 0;
else if (values.compare) compare();
else process.exitCode = runSeeds(Number(values.first), Number(values.seeds)) > 0 ? 1 : 0;
