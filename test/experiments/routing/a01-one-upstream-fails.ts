import type { Experiment } from '../experiment.js';
import { atMost, exactly } from '../figure.js';
import { attemptsOf, failedOf, failuresIn } from '../load/call-record.js';
import { epochMs } from '../load/load-answer.js';
import { arrivals, leadingTo, MODEL, mostProbes } from '../rig/upstreams.js';

/** Consecutive failures that open a breaker. */
const THRESHOLD = 5;

/** A quarter of the capacity answers 503: nobody but the breakers shall notice. */
export const a01: Experiment = {
  id: 'A1',
  title: 'one upstream of four fails',
  tier: 'quick',
  run: async (rig) => {
    const simulators = await rig.simulators(4);
    const fleet = await rig.gateways(leadingTo(simulators));
    await fleet.warm(MODEL);
    // In either time one probe at least, and calls enough for what breakers let through to be few of them.
    const failsForMs = rig.scale(6_000, 120_000);
    const load = fleet.load({ perSecond: rig.scale(80, 50), forMs: failsForMs, question: { model: MODEL } });
    const sick = simulators[0];
    sick?.behave('status=503');
    const since = epochMs();
    const records = await load.done;
    const reached = sick ? arrivals(sick, since).length : Number.NaN;
    const most = fleet.gateways.length * (THRESHOLD + mostProbes(failsForMs));
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      atMost(1.05, { name: 'attempts per call', value: attemptsOf(records) / records.length }),
      atMost(most, { name: 'calls to the sick one', value: reached, note: 'replicas × (5 + probes)' }),
    ];
  },
};
