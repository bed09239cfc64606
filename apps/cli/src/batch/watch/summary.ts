import { count, counted, duration } from '../figures.js';
import type { Hint } from '../hints.js';
import { paints, type Terminal } from '../terminal.js';
import type { Progress } from '../wire.js';
import { costOf, countsOf, tokensOf } from './progress-words.js';

/** How a batch ended. */
export interface Ended {
  progress: Progress;
  /** From its acceptance to its end; undefined where nobody knows. */
  seconds: number | undefined;
  hint: Hint;
  terminal: Terminal;
}

/** The last that somebody who waited is told. */
export const summaryOf = ({ progress, seconds, hint, terminal }: Ended): string => {
  const { id, total, duplicate_calls: duplicates } = progress;
  const { bold, red } = paints(terminal);
  const { good, bad } = countsOf(progress);
  const after = seconds === undefined ? '' : ` after ${duration(seconds)}`;
  const lines = [
    `${bold(`${id} has ended`)}${after}: ${counted(total, 'request')}, ${good}${bad ? `, ${red(bad)}` : ''}.`,
  ];
  const spent = [tokensOf(progress), costOf(progress)].filter((part) => part !== '').join(', ');
  if (spent) lines.push(`  used     ${spent}`);
  if (duplicates > 0) lines.push(`  twice    ${count(duplicates)} calls were made again, because a worker was lost`);
  lines.push(`  results  ${hint(`results ${id} -o ${id}.jsonl`)}`);
  return lines.join('\n');
};
