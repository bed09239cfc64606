import type { Experiment } from '../experiment.js';
import { atLeast, atMost } from '../figure.js';
import { auditOf } from './audit.js';
import { BatchSite } from './batch-site.js';

/** Redis does what it is asked, and its reply is lost: whoever asked cannot know, and asks again. */
export const b08: Experiment = {
  id: 'B8',
  title: 'every 20th reply of Redis is lost',
  tier: 'quick',
  run: async (rig) => {
    const lines = rig.scale(300, 2_000);
    const site = await BatchSite.open(rig, { behaviour: 'delay=200', concurrency: 20 });
    const batch = await site.submit(lines);
    await batch.reached(1);
    await site.proxy.infect({ loseEveryNthReply: 20 });
    const view = await batch.ended(rig.scale(60_000, 300_000));
    await site.proxy.heal();
    return [
      ...(await auditOf(batch, view)),
      atLeast(5, { name: 'replies lost', value: site.proxy.lost }),
      // A worker that cannot show that it is alive may lose its lines to another.
      atMost(lines / 10, { name: 'duplicate upstream calls', value: site.duplicateCalls(batch) }),
    ];
  },
};
