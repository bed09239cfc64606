import type { Experiment } from '../experiment.js';
import { atMost, exactly, told } from '../figure.js';
import { auditOf } from './audit.js';
import { killWhileRunning } from './kill-while-running.js';

/** A worker dies every two seconds, and the submitter cannot tell. */
export const b01: Experiment = {
  id: 'B1',
  title: 'a random worker is killed every 2 s',
  tier: 'quick',
  run: async (rig) => {
    const { site, batch, view, seconds, watch } = await killWhileRunning(rig, {
      lines: rig.scale(300, 2_000),
      options: { behaviour: 'delay=1000', concurrency: 50 },
      everyMs: 2_000,
      // What a worker had is missed after fifteen seconds at most; with kills for as long, nobody can say when it ends.
      kills: rig.scale(5, Number.POSITIVE_INFINITY),
      withinMs: rig.scale(60_000, 300_000),
    });
    const { kills } = site.crew;
    return [
      ...(await auditOf(batch, view)),
      atMost(kills * site.concurrency, {
        name: 'duplicate upstream calls',
        value: site.duplicateCalls(batch),
        note: `${kills} kills × ${site.concurrency} lines at a time`,
      }),
      exactly(0, {
        name: 'counts that fell, or sums that are off',
        value: watch.violations.length,
        note: watch.violations[0],
      }),
      told({ name: 'kills', value: kills }),
      told({ name: 'until it ended', value: seconds, unit: 's' }),
    ];
  },
};
