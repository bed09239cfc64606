import type { EndRecord } from '../end/end-record.js';

/**
 * The first line of a sealed chunk, `out/<chunk>.jsonl`. Its results follow, in the order of the input, each as the line of the
 * results file that it will be. So the file alone says what Redis should count.
 */
export interface SealHeader {
  version: 1;
  /** One letter for each line of the chunk: `s` succeeded, `e` errored, `-` no result. */
  statuses: string;
  usage: Readonly<Record<string, number>>;
  /** How often a line was sent upstream more than once. */
  duplicateCalls: number;
  /** Of a job: it ends with its only line, so its only chunk says how. */
  ended?: EndRecord;
  /** Of a job: the run that its events are of, which are the line after the result. */
  eventsRun?: number;
}
