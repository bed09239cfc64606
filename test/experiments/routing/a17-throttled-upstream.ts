import { setTimeout as pause } from 'node:timers/promises';
import { BatchSite } from '../batches/batch-site.js';
import type { Experiment } from '../experiment.js';
import { atMost, between, exactly, told } from '../figure.js';
import { epochMs } from '../load/load-answer.js';

const RPS = 20;
const SETTLING_MS = 15_000;

/** An upstream takes 20 requests a second and says nothing but 429; a batch has work for many more. */
export const a17: Experiment = {
  id: 'A17',
  title: 'workers find the pace of a throttled upstream',
  tier: 'quick',
  run: async (rig) => {
    const site = await BatchSite.open(rig, {
      behaviour: `rps=${RPS}`,
      upstreams: 1,
      concurrency: 100,
      keptBack: 0,
      // One model, as a batch has it: what is learnt of one is not held against another.
      more: { models: { 'sim*': { targets: [{ provider: 'up-1', model: 'sim' }] } } },
    });
    const batch = await site.submit(rig.scale(1_000, 2_500));
    // Workers that a busy machine lets begin late have not had their time yet.
    await batch.reached(1);
    const startedAt = epochMs();
    const measureMs = rig.scale(8_000, 60_000);
    await pause(SETTLING_MS + measureMs);
    const until = epochMs();
    const counts = await batch.progress();
    if (counts?.processing !== 0) await batch.cancel();
    const settled = site.upstreams
      .flatMap(({ ledger }) => ledger.entries())
      .filter(({ received_at: at }) => at >= startedAt + SETTLING_MS && at < until);
    const accepted = settled.filter(({ status }) => status === 200).length;
    const seconds = (until - startedAt - SETTLING_MS) / 1000;
    return [
      between(RPS / 2, 1.5 * RPS, { name: 'calls a second after 15 s', value: settled.length / seconds }),
      exactly(0, { name: 'lines given up', value: counts?.errored ?? Number.NaN, note: JSON.stringify(counts) }),
      told({ name: 'accepted a second', value: accepted / seconds }),
      atMost(20, { name: 'refused', value: (100 * (settled.length - accepted)) / settled.length, unit: '%' }),
    ];
  },
};
