import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly, told } from '../figure.js';
import { isAnswered } from '../load/call-record.js';
import { arrivals, leadingTo, MODEL } from '../rig/upstreams.js';

const RPM = 600;
const MINUTE_MS = 60_000;
/** What three replicas may hold in advance together, at most: 5 s of the limit's worth each third. */
const HELD = (RPM * 5) / 60;
const credentials = [{ name: 'main', api_key: 'upstream-secret', limits: { rpm: RPM } }];

/** The most moments within any one minute. */
const mostInAMinute = (moments: readonly number[]): number => {
  let from = 0;
  return moments.reduce((most, at, index) => {
    while ((moments[from] ?? at) <= at - MINUTE_MS) from++;
    return Math.max(most, index - from + 1);
  }, 0);
};

/** Three replicas want three times what one credential may have. */
export const a12: Experiment = {
  id: 'A12',
  title: 'three replicas flood a credential of 600 requests a minute',
  tier: 'long',
  run: async (rig) => {
    const simulator = await rig.simulator({ behaviour: `rpm=${RPM}` });
    const fleet = await rig.gateways(leadingTo([{ url: simulator.url, entry: { credentials } }]));
    const forMs = 2 * MINUTE_MS;
    const load = fleet.load({ perSecond: 30, forMs, question: { model: MODEL } });
    const records = await load.done;
    const entries = simulator.ledger.entries();
    const refused = entries.filter(({ status }) => status === 429);
    const answered = records.filter(isAnswered);
    const others = records.filter((record) => !isAnswered(record) && (record.status !== 429 || !record.retryAfter));
    return [
      atMost(RPM + HELD, { name: 'most calls in any minute', value: mostInAMinute(arrivals(simulator)) }),
      atMost(1, { name: 'refused by the upstream', value: (100 * refused.length) / entries.length, unit: '%' }),
      atLeast(95, {
        name: 'used of the limit',
        value: (100 * answered.length) / ((RPM * forMs) / MINUTE_MS),
        unit: '%',
      }),
      exactly(0, {
        name: 'calls that were neither answered nor told when to come back',
        value: others.length,
        note: others[0]?.problem,
      }),
      told({ name: 'calls turned away', value: records.length - answered.length }),
    ];
  },
};
