import type { Spread } from '../spread.js';
import { spreadOf } from '../spread.js';

/** What is promised of a finding, in its unit. */
export type Bound = { most: number } | { least: number };

/** One line of the report on batches. */
export interface Finding {
  scenario: string;
  what: string;
  unit: string;
  value: Spread;
  /** What it was compared with, in words. */
  against: string;
  bound: Bound | undefined;
  met: boolean | undefined;
}

/** Gives each line its scenario and judges it. `values`: one of each round; the median is what is judged. */
export const findingsOf =
  (scenario: string) =>
  (
    what: string,
    unit: string,
    values: number | readonly number[],
    { bound, against = '' }: { bound?: Bound; against?: string } = {},
  ): Finding => {
    const value = spreadOf(typeof values === 'number' ? [values] : values);
    return { scenario, what, unit, value, against, bound, met: bound && holds(value.median, bound) };
  };

const holds = (value: number, bound: Bound): boolean => ('most' in bound ? value <= bound.most : value >= bound.least);
