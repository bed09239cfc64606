import { until } from '#testing';
import type { LedgerEntry } from '../../../apps/simulator/src/ledger/ledger-entry.js';
import type { Experiment } from '../experiment.js';
import { atLeast, atMost, between, exactly } from '../figure.js';
import { failedOf, failuresIn } from '../load/call-record.js';
import { epochMs } from '../load/load-answer.js';
import type { Fleet } from '../rig/fleet.js';
import { leadingTo, MODEL, withWarmRoute } from '../rig/upstreams.js';
import { callsAfterRefusal, type Occasion } from './after-refusal.js';

/** Half a second either way: clocks, and answers that were under way. */
const MARGIN_MS = 500;

/** The calls by the cooldowns that they met with: the first one after a cooldown begins the next. */
const byCooldown = (entries: readonly LedgerEntry[], cooldownMs: number): Occasion[] => {
  const cooldowns: LedgerEntry[][] = [];
  for (const entry of entries) {
    const running = cooldowns.at(-1);
    const from = running?.[0]?.received_at ?? Number.NEGATIVE_INFINITY;
    if (entry.received_at < from + cooldownMs - MARGIN_MS) running?.push(entry);
    else cooldowns.push([entry]);
  }
  return cooldowns;
};

/** Until when each replica leaves the deployment alone, once all do. Milliseconds since the epoch. */
const endsOf = async (fleet: Fleet, id: string): Promise<number[]> => {
  const read = async (): Promise<(number | undefined)[]> => {
    const replicas = await fleet.targets();
    return replicas.map((targets) => {
      const excluded = targets.find((target) => target['id'] === id)?.['excluded'] as { remaining_ms: number } | null;
      return excluded ? epochMs() + excluded.remaining_ms : undefined;
    });
  };
  const ends = await until(read, (all) => all.every((end) => end !== undefined));
  return ends.filter((end) => end !== undefined);
};

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
    const refusal = await simulator.ledger.waitFor(
      ({ credential, finished_at: at }) => credential === limitedKey && !!at,
    );
    const refusedAt = refusal.finished_at ?? Number.NaN;
    const lengths = (await endsOf(fleet, `up-1/limited/${MODEL}`)).map((end) => (end - refusedAt) / 1000);
    const toldWithinMs = epochMs() - refusedAt;
    const records = await load.done;
    const cooldowns = byCooldown(simulator.ledger.entries({ credential: limitedKey }), 1000 * cooldown);
    const wanted = [cooldown - MARGIN_MS / 1000, cooldown + MARGIN_MS / 1000] as const;
    return [
      exactly(0, { name: 'failed calls', value: failedOf(records).length, note: failuresIn(records) }),
      atMost(1_000, { name: 'until all replicas left it alone', value: toldWithinMs, unit: 'ms' }),
      between(...wanted, { name: 'shortest that a replica left it alone', value: Math.min(...lengths), unit: 's' }),
      between(...wanted, { name: 'longest that a replica left it alone', value: Math.max(...lengths), unit: 's' }),
      ...callsAfterRefusal(cooldowns),
      atLeast(1, { name: 'cooldowns that ended in another', value: cooldowns.length - 1 }),
    ];
  },
};
