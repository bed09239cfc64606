import type { LedgerEntry } from '../../../apps/simulator/src/ledger/ledger-entry.js';
import { atMost, exactly, type Figure, told } from '../figure.js';
import { REPLICA_HEADER } from '../load/caller.js';

/** A call that was on its way when the refusal came was not made in spite of it. */
const ON_THE_WAY_MS = 250;
/** What one replica has learnt, the others know after so long. */
const KNOWN_BY_ALL_MS = 1_000;

/** The calls to an upstream while nobody should call it, the refused first ones included. */
export type Occasion = readonly LedgerEntry[];

const later = (entries: Occasion, byMs: number): LedgerEntry[] => {
  const refusedAt = entries[0]?.finished_at ?? Number.NaN;
  return entries.filter(({ received_at: at }) => at > refusedAt + byMs);
};

/** The calls of each replica, those of the one that was refused first before all others. */
const byReplica = (entries: Occasion): LedgerEntry[][] => [
  ...Map.groupBy(entries, ({ headers }) => String(headers[REPLICA_HEADER])).values(),
];

/** Who called again after an upstream had refused, once or several times. */
export const callsAfterRefusal = (occasions: readonly Occasion[]): Figure[] => {
  const knowing = occasions.flatMap(byReplica).flatMap((calls) => later(calls, ON_THE_WAY_MS));
  const ofOthers = occasions.flatMap((entries) => byReplica(entries).slice(1)).map((calls) => calls.length);
  return [
    exactly(0, { name: 'calls of a replica that knew', value: knowing.length }),
    atMost(1, { name: 'most calls of any other replica', value: Math.max(0, ...ofOthers) }),
    exactly(0, {
      name: 'calls of any replica a second later',
      value: occasions.flatMap((entries) => later(entries, KNOWN_BY_ALL_MS + ON_THE_WAY_MS)).length,
    }),
    told({ name: 'calls in all', value: occasions.flat().length }),
  ];
};
