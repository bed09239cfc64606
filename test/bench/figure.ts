import type { ContenderName } from './contender.js';
import type { Rounds } from './rounds.js';
import { type Spread, spreadOf } from './spread.js';

export type Unit = 'µs' | 'ms' | '/s' | 'KB' | '% of a core';

/** What is promised of a figure. */
export interface Target {
  /** `ratio`: Switchyard to the minimal proxy. `switchyard`: the value itself, in the figure's unit. */
  of: 'ratio' | 'switchyard';
  most: number;
}

/** How a figure is read off what a round has measured. */
export interface Metric<T> {
  what: string;
  unit: Unit;
  read: (measured: T) => number;
  /** The proxies' values are what they add to the direct way, round by round. */
  added?: boolean;
  target?: Target;
}

/** One line of the report. */
export interface Figure {
  scenario: string;
  what: string;
  unit: Unit;
  added: boolean;
  /** Undefined where there is no way without a proxy. */
  direct: Spread | undefined;
  minimal: Spread;
  switchyard: Spread;
  /** Switchyard to the minimal proxy, round by round. */
  ratio: Spread;
  target: Target | undefined;
  met: boolean | undefined;
}

/** Reads one figure off the rounds. Those of one round are compared with each other, as they were taken closest in time. */
export const figure = <T>(scenario: string, rounds: Rounds<T>, metric: Metric<T>): Figure => {
  const { what, unit, read, added = false, target } = metric;
  const direct = rounds.direct.map(read);
  const values = (name: ContenderName): number[] =>
    rounds[name].map((measured, round) => read(measured) - (added ? (direct[round] ?? 0) : 0));
  const minimal = values('minimal');
  const switchyard = values('switchyard');
  const ratio = spreadOf(switchyard.map((value, round) => value / (minimal[round] ?? Number.NaN)));
  const spread = spreadOf(switchyard);
  return {
    scenario,
    what,
    unit,
    added,
    direct: direct.length > 0 ? spreadOf(direct) : undefined,
    minimal: spreadOf(minimal),
    switchyard: spread,
    ratio,
    target,
    met: target && (target.of === 'ratio' ? ratio : spread).median <= target.most,
  };
};
