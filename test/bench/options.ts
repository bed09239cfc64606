import { parseArgs } from 'node:util';
import type { Timing } from './bench.js';

/** What the command line asked for. */
export interface Options {
  timing: Timing;
  /** Names of scenarios; undefined means all. */
  only: readonly string[] | undefined;
  /** Where to write the results besides `data/bench`. */
  json: string | undefined;
  /** Tell where the time goes, in place of measuring. */
  profile: boolean;
  /** Measure what choosing an upstream costs by itself, in place of everything else. */
  engine: boolean;
  /** Measure batches, in place of everything else. */
  batches: boolean;
  /** A first impression only. */
  quick: boolean;
}

export const USAGE = `npm run bench -- [--quick] [--only small,large,stream,idle] [--rounds N] [--json FILE] [--profile] [--engine]
npm run bench -- --batches [--quick] [--only accept,memory,throughput,slow-upstream,beside,fairness] [--json FILE] [--profile]

  --quick      a first impression in a minute; the whole takes six
  --only       some of the scenarios
  --rounds N   turns that each contender gets (5; quick 2)
  --json FILE  write the results there too; they are always written under data/bench
  --profile    tell in which code the time goes, in place of measuring
  --engine     measure what choosing costs by itself, from 2 to 200 deployments, in place of everything else
  --batches    measure batches, in place of everything else: ten minutes, quick one
`;

// Warm-up is long because until a proxy is compiled, its compiler is most of what it costs.
const FULL: Timing = { rounds: 5, warmMs: 2500, fullMs: 1500, halfMs: 1500 };
const QUICK: Timing = { rounds: 2, warmMs: 500, fullMs: 400, halfMs: 500 };

/** Throws what is wrong with the command line. */
export const readOptions = (args: readonly string[]): Options => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      json: { type: 'string' },
      rounds: { type: 'string' },
      profile: { type: 'boolean', default: false },
      engine: { type: 'boolean', default: false },
      batches: { type: 'boolean', default: false },
    },
  });
  const timing = values.quick ? QUICK : FULL;
  const rounds = values.rounds === undefined ? timing.rounds : Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds takes a whole number from 1 up');
  const { json, profile, engine, batches, quick } = values;
  return { timing: { ...timing, rounds }, only: values.only?.split(','), json, profile, engine, batches, quick };
};
