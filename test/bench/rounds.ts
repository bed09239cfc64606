import type { Contender, ContenderName } from './contender.js';

/** What every round gave, by contender. */
export type Rounds<T> = Readonly<Record<ContenderName, readonly T[]>>;

/**
 * Lets the contenders take turns, in one order and then in the other (A B C, C B A, …), so that a machine that grows
 * slower or faster meanwhile is not held for a difference between them.
 */
export const inTurns = async <T>(
  contenders: readonly Contender[],
  rounds: number,
  run: (contender: Contender) => Promise<T>,
): Promise<Rounds<T>> => {
  const results: Record<ContenderName, T[]> = { direct: [], minimal: [], switchyard: [] };
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? contenders : contenders.toReversed();
    for (const contender of order) results[contender.name].push(await run(contender));
  }
  return results;
};
