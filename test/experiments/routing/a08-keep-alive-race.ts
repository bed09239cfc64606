import type { Experiment } from '../experiment.js';
import { atLeast, exactly, told } from '../figure.js';
import { failedOf, failuresIn } from '../load/call-record.js';
import { Load } from '../load/load.js';
import { leadingTo, MODEL } from '../rig/upstreams.js';

/** What a server closes after 100 ms, its client hears of 20 ms later. */
const CLOSING = { closeIdleAfterMs: 100, closeNoticeMs: 20 };

/** Something on the way closes idle connections just when they are used again. */
export const a08: Experiment = {
  id: 'A8',
  title: 'kept connections are closed when they are used again',
  tier: 'quick',
  run: async (rig) => {
    const simulator = await rig.simulator();
    const proxy = await rig.faultProxy(simulator.url);
    const bare = await rig.faultProxy(simulator.url);
    const fleet = await rig.gateways(leadingTo([{ url: `http://${proxy.address}` }]));
    await fleet.warm(MODEL);
    await proxy.infect(CLOSING);
    await bare.infect(CLOSING);
    const pace = { forMs: rig.scale(6_000, 60_000), arrivals: 'random' } as const;
    const load = fleet.load({ ...pace, perSecond: 60, question: { model: MODEL } });
    // One raw client at the rate of one replica, for comparison.
    const raw = Load.start({ ...pace, perSecond: 20, question: { model: MODEL }, urls: [`http://${bare.address}`] });
    const records = await load.done;
    const unprotected = await raw.done;
    const perThousand = (count: number, of: readonly unknown[]): number => (1000 * count) / of.length;
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      exactly(0, {
        name: 'calls that say they needed a second attempt',
        value: records.filter(({ attempts }) => attempts.length !== 1).length,
      }),
      atLeast(1, { name: 'calls sent again for free, of 1,000', value: perThousand(proxy.raced, records) }),

      told({ name: 'errors of a raw client, of 1,000', value: perThousand(failedOf(unprotected).length, unprotected) }),
    ];
  },
};
