import { describe, expect, it } from '@jest/globals';
import { type Experiment, perform } from './experiment.js';
import { nameUnless } from '../support/describe-unless.js';
import { figureLine } from './table.js';

const LONG = process.env.SWITCHYARD_LONG === '1';

/** Nothing here takes longer; the longest say so by being long. */
const TIMEOUT_MS = LONG ? 1_800_000 : 120_000;

/**
 * Each experiment as a test, on the scale that this run of the tests has. On the short one those that mostly wait, and whose figures
 * are no milliseconds, may run two at a time: see `maxConcurrency`.
 */
export const asTests = (what: string, experiments: readonly Experiment[], together = false): void => {
  const test = together && !LONG ? it.concurrent : it;
  describe(what, () => {
    for (const experiment of experiments) {
      const isWanted = LONG || experiment.tier === 'quick';
      const obstacle = isWanted ? experiment.obstacle?.() : 'only with --long';
      const run = obstacle === undefined ? test : it.skip;
      run(
        nameUnless(obstacle, `${experiment.id}: ${experiment.title}`),
        async () => {
          const { figures, error } = await perform(experiment, LONG);
          const amiss = figures.filter(({ ok }) => !ok).map(figureLine);
          // All at once, because one figure often explains another.
          expect({ error, amiss, of: figures.map(figureLine) }).toMatchObject({ error: undefined, amiss: [] });
        },
        TIMEOUT_MS,
      );
    }
  });
};
