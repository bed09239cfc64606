import type { LedgerEntry } from '../../../apps/simulator/src/ledger/ledger-entry.js';
import { exactly, type Figure, told } from '../figure.js';
import { REPLICA_HEADER } from '../load/caller.js';

/** A call that was on its way when the refusal came was not made in spite of it. */
const ON_THE_WAY_MS = 250;
/** What one replica has learnt, the others know after so long. */
const KNOWN_BY_ALL_MS = 1_000;

const later = (entries: readonly LedgerEntry[], byMs: number): LedgerEntry[] => {
  const refusedAt = entries[0]?.finished_at ?? Number.NaN;
  return entries.filter(({ received_at: at }) => at > refusedAt + byMs);
};

/**
 * Who called again after an upstream had refused: `entries` are the calls to it while nobody should, the refused first ones
 * included. On an idle machine each replica makes one at most; on a busy one several may be on their way at once.
 */
export const callsAfterRefusal = (entries: readonly LedgerEntry[]): Figure[] => {
  const byReplica = Map.groupBy(entries, ({ headers }) => String(headers[REPLICA_HEADER]));
  const knowing = [...byReplica.values()].flatMap((calls) => later(calls, ON_THE_WAY_MS));
  return [
    exactly(0, { name: 'calls of a replica that knew', value: knowing.length }),
    exactly(0, {
      name: 'calls of any replica a second later',
      value: later(entries, KNOWN_BY_ALL_MS + ON_THE_WAY_MS).length,
    }),
    told({ name: 'calls in all', value: entries.length }),
  ];
};
