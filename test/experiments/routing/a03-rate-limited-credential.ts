import type { Experiment } from '../experiment.js';
import { atLeast, exactly } from '../figure.js';
import { failedOf, failuresIn } from '../load/call-record.js';
import { leadingTo, MODEL, withWarmRoute } from '../rig/upstreams.js';
import { callsAfterRefusal } from './after-refusal.js';

const COOLDOWN_MS = 7_000;
/** Half a second either way: clocks, and answers that were under way. */
const MARGIN_MS = 500;

const credentials = [
  { name: 'limited', api_key: 'limited@status=429;retry-after=7' },
  { name: 'free', api_key: 'free' },
];

/** One credential is told to come back in 7 s. The replica that was told obeys, and the others know within a second. */
export const a03: Experiment = {
  id: 'A3',
  title: 'a credential is rate limited',
  tier: 'quick',
  run: async (rig) => {
    const simulator = await rig.simulator();
    const fleet = await rig.gateways(
      withWarmRoute(leadingTo([{ url: simulator.url, entry: { credentials } }]), simulator.url),
    );
    await fleet.warm('warm');
    const load = fleet.load({ perSecond: 60, forMs: rig.scale(9_000, 30_000), question: { model: MODEL } });
    const records = await load.done;
    const limited = simulator.ledger.entries({ credential: credentials[0]?.api_key });
    const first = limited[0]?.received_at ?? Number.NaN;
    const during = limited.filter(({ received_at: at }) => at < first + COOLDOWN_MS - MARGIN_MS);
    const returned = limited.filter(({ received_at: at }) => at >= first + COOLDOWN_MS - MARGIN_MS);
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      ...callsAfterRefusal(during),
      atLeast(1, { name: 'calls after the cooldown', value: returned.length }),
    ];
  },
};
