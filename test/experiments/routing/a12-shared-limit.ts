import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly, told } from '../figure.js';
import { isAnswered } from '../load/call-record.js';
import { leadingTo, MODEL } from '../rig/upstreams.js';

const RPM = 600;
const credentials = [{ name: 'main', api_key: 'upstream-secret', limits: { rpm: RPM } }];

/** Three replicas want three times what one credential may have. */
export const a12: Experiment = {
  id: 'A12',
  title: 'three replicas flood a credential of 600 requests a minute',
  tier: 'long',
  run: async (rig) => {
    const simulator = await rig.simulator({ behaviour: `rpm=${RPM}` });
    const fleet = await rig.gateways(leadingTo([{ url: simulator.url, entry: { credentials } }]));
    const forMs = 120_000;
    const load = fleet.load({ perSecond: 30, forMs, question: { model: MODEL } });
    const records = await load.done;
    const entries = simulator.ledger.entries();
    const refused = entries.filter(({ status }) => status === 429);
    // The upstream's bucket is full at first: a minute's worth at once, and then so many a minute.
    const available = RPM + (RPM * forMs) / 60_000;
    const answered = records.filter(isAnswered);
    const others = records.filter((record) => !isAnswered(record) && (record.status !== 429 || !record.retryAfter));
    return [
      atMost(1, { name: 'refused by the upstream', value: (100 * refused.length) / entries.length, unit: '%' }),
      atLeast(95, { name: 'used of what the upstream allows', value: (100 * answered.length) / available, unit: '%' }),
      exactly(0, {
        name: 'calls that were neither answered nor told when to come back',
        value: others.length,
        note: others[0]?.problem,
      }),
      told({ name: 'calls turned away', value: records.length - answered.length }),
    ];
  },
};
