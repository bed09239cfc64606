import type { Experiment } from '../experiment.js';
import { atLeast, exactly } from '../figure.js';
import { failedOf, failuresIn } from '../load/call-record.js';
import { leadingTo, MODEL, withWarmRoute } from '../rig/upstreams.js';
import { callsAfterRefusal } from './after-refusal.js';

/** Half a second either way: clocks, and answers that were under way. */
const MARGIN_MS = 500;

/** One credential is told to come back in some seconds. The replica that was told obeys, and the others know within a second. */
export const a03: Experiment = {
  id: 'A3',
  title: 'a credential is rate limited',
  tier: 'quick',
  run: async (rig) => {
    const cooldown = rig.scale(4, 7);
    const limitedKey = `limited@status=429;retry-after=${cooldown}`;
    const credentials = [
      { name: 'limited', api_key: limitedKey },
      { name: 'free', api_key: 'free' },
    ];
    const simulator = await rig.simulator();
    const fleet = await rig.gateways(
      withWarmRoute(leadingTo([{ url: simulator.url, entry: { credentials } }]), simulator.url),
    );
    await fleet.warm('warm');
    const load = fleet.load({ perSecond: 60, forMs: rig.scale(6_000, 30_000), question: { model: MODEL } });
    const records = await load.done;
    const limited = simulator.ledger.entries({ credential: limitedKey });
    const first = limited[0]?.received_at ?? Number.NaN;
    const over = first + 1000 * cooldown - MARGIN_MS;
    const during = limited.filter(({ received_at: at }) => at < over);
    const returned = limited.filter(({ received_at: at }) => at >= over);
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      ...callsAfterRefusal(during),
      atLeast(1, { name: 'calls after the cooldown', value: returned.length }),
    ];
  },
};
