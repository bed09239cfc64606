import type { Experiment } from '../experiment.js';
import { atLeast, between, exactly } from '../figure.js';
import { failedOf, failuresIn } from '../load/call-record.js';
import { epochMs } from '../load/load-answer.js';
import { arrivals, leadingTo, MODEL, mostProbes } from '../rig/upstreams.js';

const THRESHOLD = 5;

/** A breaker that lets one call through and hears 429 has not heard that the upstream is well. */
export const a05: Experiment = {
  id: 'A5',
  title: 'the probe of a half-open breaker gets 429',
  tier: 'quick',
  run: async (rig) => {
    const [sick, well] = await rig.simulators(2);
    if (!sick || !well) throw new Error('no simulators');
    const fleet = await rig.gateways(leadingTo([sick, well]), 1);
    await fleet.warm(MODEL);
    sick.reset();
    sick.behave('status=503');
    const forMs = rig.scale(12_500, 60_000);
    const load = fleet.load({ perSecond: 30, forMs, question: { model: MODEL } });
    const opening = await sick.ledger.waitFor(({ seq, finished_at: end }) => seq === THRESHOLD && end !== null);
    sick.behave('status=429;retry-after=1');
    const openedAt = opening.finished_at ?? epochMs();
    const records = await load.done;

    // A call that was under way when the breaker opened is no probe.
    const probes = arrivals(sick, openedAt + 100);
    const gaps = probes.map((at, index) => at - (probes[index - 1] ?? openedAt));
    const growth = gaps.slice(1).map((gap, index) => gap / (gaps[index] ?? gap));
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      between(1, mostProbes(forMs), {
        name: 'probes',
        value: probes.length,
        note: `after ${gaps.map(Math.round).join(', ')} ms`,
      }),
      atLeast(2_400, { name: 'until the first probe', value: gaps[0] ?? Number.NaN, unit: 'ms' }),
      // Equal jitter: from the longest of one step to the shortest of the next they are the same.
      ...growth.map((value, index) => atLeast(0.97, { name: `growth to probe ${index + 2}`, value })),
    ];
  },
};
