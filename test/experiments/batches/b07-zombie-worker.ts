import { until } from '#testing';
import type { Experiment } from '../experiment.js';
import { between, told } from '../figure.js';
import { auditOf } from './audit.js';
import { BatchSite } from './batch-site.js';

/** Others take over when its lease is over and they have noticed: after fifteen seconds, on an idle machine. */
const TAKEN_OVER_MS = 60_000;

/** A worker sleeps longer than its lease, and goes on with what others have finished meanwhile. */
export const b07: Experiment = {
  id: 'B7',
  title: 'a worker sleeps longer than its lease and wakes up',
  tier: 'quick',
  run: async (rig) => {
    const lines = rig.scale(240, 4_000);
    const site = await BatchSite.open(rig, { behaviour: 'delay=1000', concurrency: 20 });
    const batch = await site.submit(lines);
    await batch.reached(lines / 10);
    const sleeper = site.crew.any;
    sleeper.signal('SIGSTOP');
    // It wakes up while another has its lines, so that both have something to say about them.
    await until(
      () => site.duplicateCalls(batch),
      (calls) => calls > 0,
      TAKEN_OVER_MS,
    );
    sleeper.signal('SIGCONT');
    const view = await batch.ended(rig.scale(60_000, 600_000));
    const stale = site.crew.logged(({ msg }) => /stale|lease|lost/i.test(msg ?? ''));
    return [
      ...(await auditOf(batch, view)),
      // Without any, nobody had taken its lines over, and nothing would have been shown.
      between(1, site.concurrency, { name: 'duplicate upstream calls', value: site.duplicateCalls(batch) }),
      told({ name: 'log lines about what came too late', value: stale.length, note: stale[0]?.msg }),
    ];
  },
};
