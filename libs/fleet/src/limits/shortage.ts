import { DIMENSION_OF, type Rate } from './amounts.js';
import type { Refusal } from '#core';

/** Why a request has to wait, and how long. */
export interface Shortage {
  /** Undefined for a place among the concurrent calls. */
  rate: Rate | undefined;
  waitMs: number;
}

/** Nobody knows when a call that is under way will end. */
export const NO_PLACE: Shortage = { rate: undefined, waitMs: 500 };

export const refusalOf = ({ rate, waitMs }: Shortage): Refusal => ({
  kind: 'refused',
  dimension: rate ? DIMENSION_OF[rate] : 'concurrency',
  retryAfterMs: Math.max(1, Math.ceil(waitMs)),
});

/** The shortage that lasts longest, if there is any. */
export const longest = (shortages: readonly Shortage[]): Shortage | undefined =>
  shortages.reduce<Shortage | undefined>(
    (worst, shortage) => (worst && worst.waitMs >= shortage.waitMs ? worst : shortage),
    undefined,
  );
