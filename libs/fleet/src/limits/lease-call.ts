import { KEYS } from '../keys.js';
import type { RedisLink } from '../redis/redis-link.js';
import { integers } from '../redis/replies.js';
import { type Amounts, amounts, limitOf, RATES, type Rate } from './amounts.js';
import { burstOf } from './burst.js';
import type { Holdings } from './holdings.js';
import type { Ceiling } from './ceilings.js';
import type { LeaseAsk } from './lease-plan.js';
import { LEASE } from './lease-script.js';

/** A replica that says nothing for so long has lost what it held. Asking once a second keeps it. */
const LEASE_LIFE_MS = 3000;
const NO_LIMIT = -1;
const UNKNOWN = -1;

/** What came of it. */
export interface LeaseAnswer {
  given: Amounts;
  /** What is left in the bucket; negative where debts are to be paid first. */
  left: Amounts;
}

const give = (holdings: Holdings, rate: Rate, want: number): number => {
  const held = holdings.of(rate);
  // What is not wanted goes back whole, so that nothing is held in the end; what is wanted goes in whole pieces.
  const back = held <= 0 || want === 0 ? held : Math.max(0, Math.floor(held - want));
  holdings.add(rate, -back);
  return back;
};

/**
 * Asks once for all that a credential limits, and books what was handed out. What is given back is gone at once; a debt stays
 * where Redis did not take it on. Rejects with `RedisAway`.
 */
export const callForLease = async (
  { link, self, account }: { link: RedisLink; self: string; account: string },
  holdings: Holdings,
  ask: LeaseAsk & { ceiling: Ceiling },
): Promise<LeaseAnswer> => {
  const { limits } = holdings;
  const back = amounts((rate) => (limitOf(limits, rate) === undefined ? 0 : give(holdings, rate, ask.want[rate])));
  holdings.places = Math.min(holdings.places, ask.wantPlaces);
  const rates = RATES.flatMap((rate) => {
    const limit = limitOf(limits, rate);
    if (limit === undefined) return [NO_LIMIT, 0, 0, 0, 0, 0, 0, UNKNOWN];
    const ceiling = ask.ceiling[rate] ?? UNKNOWN;
    const wishes = [ask.need[rate], ask.want[rate], ask.keep[rate]];
    return [limit, burstOf(limits, rate), holdings.of(rate), back[rate], ...wishes, ceiling];
  });
  const places = [limits.concurrency ?? NO_LIMIT, holdings.busy, ask.needPlaces, ask.wantPlaces];
  try {
    const reply = await link.run(
      (client) => LEASE.run(client, [KEYS.limits(account)], [self, LEASE_LIFE_MS, ask.floor, ...places, ...rates]),
      (words) => integers(words, 7),
    );
    return book(holdings, reply);
  } catch (error) {
    for (const rate of RATES) if (back[rate] < 0) holdings.add(rate, back[rate]);
    throw error;
  }
};

const book = (holdings: Holdings, reply: readonly number[]): LeaseAnswer => {
  const [places = 0, ...figures] = reply;
  const at = (index: number): number => figures[index] ?? 0;
  const given = { requests: at(0), input: at(2), output: at(4) };
  const left = { requests: at(1), input: at(3), output: at(5) };
  for (const rate of RATES) holdings.lend(rate, given[rate]);
  holdings.places = places;
  return { given, left };
};
