import type { Experiment } from '../experiment.js';
import { atLeast, atMost, exactly } from '../figure.js';
import { REPLICA_HEADER } from '../load/caller.js';
import { leadingTo, MODEL } from '../rig/upstreams.js';

/** The only upstream says 401. That is the operator's trouble: callers must not take their own key for wrong. */
export const a06: Experiment = {
  id: 'A6',
  title: "the upstream refuses the gateway's credential",
  tier: 'quick',
  run: async (rig) => {
    const simulator = await rig.simulator({ behaviour: 'status=401' });
    const fleet = await rig.gateways(leadingTo([simulator]));
    const load = fleet.load({ perSecond: 50, forMs: rig.scale(3_000, 30_000), question: { model: MODEL } });
    const records = await load.done;
    const entries = simulator.ledger.entries();
    const byReplica = fleet.gateways.map(
      (_, replica) => entries.filter(({ headers }) => headers[REPLICA_HEADER] === String(replica)).length,
    );
    const telling = records.filter(
      ({ status, problem }) => status === 401 || /authentication|api key/i.test(problem ?? ''),
    );
    const alerts = fleet.logged(
      ({ level, msg, deployment, credential, subject }) =>
        (level === 'warn' || level === 'error') &&
        /credential|disabled/i.test([msg, deployment, credential, subject].map(String).join(' ')),
    );
    return [
      exactly(0, { name: 'callers who saw 401', value: telling.length, note: telling[0]?.problem }),
      exactly(0, {
        name: 'calls of a replica after the first that was refused',
        value: byReplica.reduce((sum, count) => sum + Math.max(0, count - 1), 0),
      }),
      atMost(fleet.gateways.length, { name: 'calls to the upstream', value: entries.length }),
      atLeast(1, { name: 'warnings for the operator', value: alerts.length }),
    ];
  },
};
