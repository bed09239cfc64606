import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly } from '../figure.js';
import { type CallRecord, failedOf, failuresIn } from '../load/call-record.js';
import { leadingTo, MODEL } from '../rig/upstreams.js';

const shareOf = (provider: string, records: readonly CallRecord[]): number =>
  records.filter((record) => record.provider === provider).length / records.length;

/** One of four takes ten times as long to begin, and fails nobody. */
export const a09: Experiment = {
  id: 'A9',
  title: 'one upstream of four becomes ten times slower',
  tier: 'long',
  run: async (rig) => {
    const simulators = await rig.simulators(4, { behaviour: 'delay=40' });
    const fleet = await rig.gateways(leadingTo(simulators));
    const load = fleet.load({ perSecond: 80, forMs: 115_000, question: { model: MODEL, stream: true } });
    await load.reached(10_000);
    simulators[0]?.behave('delay=400');
    await load.reached(40_000);
    simulators[0]?.behave('delay=40');
    const records = await load.done;
    const share = (fromMs: number, toMs: number): number => shareOf('up-1', load.startedBetween(fromMs, toMs));
    const curve = Array.from({ length: 11 }, (_, step) => share(step * 10_000, (step + 1) * 10_000));
    const note = `by 10 s: ${curve.map((value) => `${Math.round(100 * value)} %`).join(' ')}`;
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      atMost(10, { name: 'its share 10 s later', value: 100 * share(20_000, 40_000), unit: '%', note }),
      atLeast(15, { name: 'its share 60 s after it is well', value: 100 * share(100_000, 115_000), unit: '%' }),
    ];
  },
};
