import type { LedgerEntry } from '../../../apps/simulator/src/ledger/ledger-entry.js';
import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly } from '../figure.js';
import { REPLICA_HEADER } from '../load/caller.js';
import { leadingTo, MODEL, withWarmRoute } from '../rig/upstreams.js';

const REFUSED = 'refused@status=401';
/** A call that was on its way when the refusal came is none that was made in spite of it. */
const ON_THE_WAY_MS = 50;

/** How many calls a replica made after it knew. */
const inSpiteOf = (entries: readonly LedgerEntry[]): number => {
  const knownAt = (entries[0]?.finished_at ?? 0) + ON_THE_WAY_MS;
  return entries.filter(({ received_at: at }) => at > knownAt).length;
};

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
    const byReplica = fleet.gateways.map((_, replica) =>
      entries.filter(({ headers }) => headers[REPLICA_HEADER] === String(replica)),
    );
    const telling = records.filter(
      ({ status, problem }) => status === 401 || /authentication|api key/i.test(problem ?? ''),
    );
    const warnings = fleet.logged(
      ({ level, ...line }) =>
        (level === 'warn' || level === 'error') && /credential|disabled/i.test(JSON.stringify(line)),
    );
    return [
      exactly(0, { name: 'callers who saw 401', value: telling.length, note: telling[0]?.problem }),
      exactly(0, {
        name: 'calls of a replica that knew of the refusal',
        value: byReplica.reduce((sum, calls) => sum + inSpiteOf(calls), 0),
      }),
      atMost(fleet.gateways.length, { name: 'calls to the upstream', value: entries.length }),
      atLeast(1, { name: 'warnings for the operator', value: warnings.length }),
    ];
  },
};
