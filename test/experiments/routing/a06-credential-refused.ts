import type { Experiment } from '../experiment.js';
import { atLeast, exactly } from '../figure.js';
import { leadingTo, MODEL, withWarmRoute } from '../rig/upstreams.js';
import { callsAfterRefusal } from './after-refusal.js';

const REFUSED = 'refused@status=401';
/** The only upstream says 401. That is the operator's trouble: callers must not take their own key for wrong. */
export const a06: Experiment = {
  id: 'A6',
  title: "the upstream refuses the gateway's credential",
  tier: 'quick',
  run: async (rig) => {
    const simulator = await rig.simulator();
    const config = leadingTo([{ url: simulator.url, entry: { credentials: [{ name: 'main', api_key: REFUSED }] } }]);
    const fleet = await rig.gateways(withWarmRoute(config, simulator.url));
    await fleet.warm('warm');
    const load = fleet.load({ perSecond: 50, forMs: rig.scale(3_000, 30_000), question: { model: MODEL } });
    const records = await load.done;
    const entries = simulator.ledger.entries({ credential: REFUSED });
    const telling = records.filter(
      ({ status, problem }) => status === 401 || /authentication|api key/i.test(problem ?? ''),
    );
    const warnings = fleet.logged(
      ({ level, ...line }) =>
        (level === 'warn' || level === 'error') && /credential|disabled/i.test(JSON.stringify(line)),
    );
    return [
      exactly(0, { name: 'callers who saw 401', value: telling.length, note: telling[0]?.problem }),
      ...callsAfterRefusal([entries]),
      atLeast(1, { name: 'warnings for the operator', value: warnings.length }),
    ];
  },
};
