import type { Simulator } from '../../../apps/simulator/src/simulator.js';
import type { Experiment } from '../experiment.js';
import { atLeast, atMost, between, exactly } from '../figure.js';
import { failedOf, failuresIn } from '../load/call-record.js';
import { epochMs } from '../load/load-answer.js';
import { arrivals, leadingTo, MODEL } from '../rig/upstreams.js';

const PER_SECOND = 30;
/** Without calls in flight there is no load to balance. */
const HEALTHY = 'delay=250';

const calls = (simulators: readonly Simulator[], fromMs: number, toMs?: number): number =>
  simulators.reduce((sum, simulator) => sum + arrivals(simulator, fromMs, toMs).length, 0);

/** The first tier is overloaded for a while: the second takes over at once, and gives back slowly. */
export const a04: Experiment = {
  id: 'A4',
  title: 'the first tier is overloaded',
  tier: 'quick',
  run: async (rig) => {
    const first = await rig.simulators(2, { behaviour: HEALTHY });
    const second = await rig.simulators(2, { behaviour: HEALTHY });
    const tiers = [...first, ...second.map(({ url }) => ({ url, tier: 2 }))];
    const fleet = await rig.gateways(leadingTo(tiers));
    await fleet.warm(MODEL);
    const backAt = rig.scale(5_000, 30_000);
    const forMs = backAt + rig.scale(8_000, 60_000);
    const load = fleet.load({ perSecond: PER_SECOND, forMs, question: { model: MODEL } });
    await load.reached(2_000);
    for (const simulator of first) simulator.behave('status=529');
    const failsFrom = epochMs();
    await load.reached(backAt);
    for (const simulator of first) simulator.behave(HEALTHY);
    const healedAt = epochMs();
    const records = await load.done;

    const spilledAt = Math.min(...second.flatMap((simulator) => arrivals(simulator, failsFrom)));
    const firstFailure = Math.min(...first.flatMap((simulator) => arrivals(simulator, failsFrom)));
    const returnedAt = Math.min(...first.flatMap((simulator) => arrivals(simulator, healedAt)));
    const share = calls(first, returnedAt, returnedAt + 1_000) / PER_SECOND;
    const lastSecond = load.startedAt + forMs - 1_000;
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      atMost(100, { name: 'time to spill', value: spilledAt - firstFailure, unit: 'ms' }),
      // Two providers × three replicas, each after 2, 4, 8 … s at the earliest half of that.
      atMost(rig.scale(18, 36), { name: 'calls to the overloaded tier', value: calls(first, failsFrom, healedAt) }),
      between(0, 30_000, { name: 'time until it is used again', value: returnedAt - healedAt, unit: 'ms' }),
      atMost(0.6, { name: 'its share in the second of its return', value: share }),
      atLeast(rig.scale(0.1, 0.9), {
        name: 'its share in the last second',
        value: calls(first, lastSecond) / PER_SECOND,
      }),
    ];
  },
};
