import type { Experiment } from '../experiment.js';
import { atMost, exactly, told } from '../figure.js';
import { failuresIn, percentile, wholeMsOf } from '../load/call-record.js';
import { epochMs } from '../load/load-answer.js';
import { arrivals, leadingTo, MODEL } from '../rig/upstreams.js';

/** Nothing works any more: retrying must not make it worse, and callers must be told when to come back. */
export const a02: Experiment = {
  id: 'A2',
  title: 'all four upstreams fail',
  tier: 'quick',
  run: async (rig) => {
    const simulators = await rig.simulators(4);
    const fleet = await rig.gateways(leadingTo(simulators));
    await fleet.warm(MODEL);
    for (const simulator of simulators) simulator.behave('status=503');
    const since = epochMs();
    const load = fleet.load({ perSecond: 40, forMs: rig.scale(7_000, 60_000), question: { model: MODEL } });
    const records = await load.done;
    const attempts = simulators.reduce((sum, simulator) => sum + arrivals(simulator, since).length, 0);
    const others = records.filter(({ status }) => status !== 529);
    const spared = records.filter(({ attempts }) => attempts.length === 0);
    const untold = records.filter(({ retryAfter }) => !retryAfter);
    return [
      atMost(1.2, { name: 'upstream attempts per call', value: attempts / records.length }),
      exactly(0, {
        name: 'answers other than 529',
        value: others.length,
        note: failuresIn(others),
      }),
      exactly(0, { name: 'answers without retry-after', value: untold.length, note: failuresIn(untold) }),
      told({ name: 'calls for which nobody was asked', value: (100 * spared.length) / records.length, unit: '%' }),
      atMost(250, { name: 'p99 until the answer', value: percentile(wholeMsOf(records), 0.99), unit: 'ms' }),
    ];
  },
};
