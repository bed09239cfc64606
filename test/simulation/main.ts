import { parseArgs } from 'node:util';
import { CALM, measure, POLICIES, TROUBLED } from './compared.js';
import { emptyTally } from './tally.js';
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

/** With fewer, a seed shows nothing of how they are kept in bounds. */
const FEW_RETRIES = 10;

const replay = (seed: number): number => {
  const { violations } = runTroubled(seed, (line) => console.log(line));
  console.log(violations.length === 0 ? 'no violation' : violations.join('\n'));
  return violations.length;
};

/** Of numbers by name. */
const add = <Name extends string>(totals: Record<Name, number>, more: Readonly<Record<Name, number>>): void => {
  for (const name of Object.keys(totals) as Name[]) totals[name] += more[name];
};

const runSeeds = (first: number, count: number): number => {
  const totals = { ...emptyTally(), panics: 0, probes: 0, credentialProbes: 0 };
  /** Seeds in which it happened at all; of retries, more than a few. */
  const seedsWith = { retries: 0, panics: 0, probes: 0, credentialProbes: 0 };
  const began = performance.now();
  let failing = 0;
  for (let seed = first; seed < first + count; seed++) {
    const { violations, tally, sights } = runTroubled(seed);
    const { panics, probes, credentialProbes } = sights;
    add(totals, { ...tally, ...sights });
    add(seedsWith, {
      retries: Number(tally.retries > FEW_RETRIES),
      panics: Number(panics > 0),
      probes: Number(probes > 0),
      credentialProbes: Number(credentialProbes > 0),
    });
    if (violations.length === 0) continue;
    failing++;
    if (failing <= 10) console.log(`seed ${seed} (replay it with --seed ${seed}):\n  ${violations.join('\n  ')}`);
  }
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  if (values.json) console.log(JSON.stringify({ seeds: count, failing, totals, seedsWith }));
  else {
    console.log(
      `${count} seeds, ${failing} failing, ${totals.calls} calls, ${totals.attempts} attempts, ${totals.failed} failed, ${seconds} s`,
    );
    console.log(
      Object.entries(totals)
        .map(([name, total]) => `${name} ${total}`)
        .join(', '),
    );
    console.log(
      'seeds with',
      Object.entries(seedsWith)
        .map(([name, total]) => `${name} ${total}`)
        .join(', '),
    );
  }
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
