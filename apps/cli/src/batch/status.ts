import { table } from '../check/table.js';
import { BatchClient } from './batch-client.js';
import { type ConnectionOptions, connectionOf } from './connection.js';
import { count, duration, percent } from './figures.js';
import { type Hint, hinter } from './hints.js';
import type { Terminal } from './terminal.js';
import { costOf, countsOf, rateOf, tokensOf } from './watch/progress-words.js';
import type { Batch, Progress } from './wire.js';

/** The flags of commands that print one thing. */
export interface PrintOptions extends ConnectionOptions {
  json?: boolean;
}

const ago = (moment: string, now: number): string => `${moment} (${duration((now - Date.parse(moment)) / 1000)} ago)`;

const nextStep = ({ id, processing_status: status, archived_at: archivedAt }: Batch, hint: Hint): [string, string] => {
  if (status !== 'ended') return ['watch', hint(`watch ${id}`)];
  return ['results', archivedAt === null ? hint(`results ${id} -o ${id}.jsonl`) : `removed ${archivedAt}`];
};

const rowsOf = (batch: Batch, progress: Progress, now: number): [string, string][] => {
  const { done, total, rate_per_second: perSecond, seconds_left: left } = progress;
  const { good, bad } = countsOf(progress);
  const isRunning = batch.processing_status !== 'ended' && done > 0;
  const sighting = { progress, perSecond: perSecond ?? undefined, at: now, away: undefined };
  return [
    ['status', batch.processing_status],
    ['done', `${percent(done, total)}, ${count(done)} of ${count(total)}: ${good}${bad ? `, ${bad}` : ''}`],
    ['rate', isRunning ? rateOf(sighting) : ''],
    ['time left', isRunning && left !== null ? duration(left) : ''],
    ['tokens', tokensOf(progress)],
    ['cost', costOf(progress)],
    ['created', ago(batch.created_at, now)],
    ['ended', batch.ended_at === null ? '' : ago(batch.ended_at, now)],
    ['expires', batch.ended_at === null ? batch.expires_at : ''],
  ];
};

/** Prints what is known of a batch. */
export const printStatus = (batch: Batch, progress: Progress, options: PrintOptions, terminal: Terminal): void => {
  const { print } = terminal;
  if (options.json) return print(JSON.stringify({ ...batch, progress }, null, 2));
  const rows = [...rowsOf(batch, progress, Date.now()), nextStep(batch, hinter(options, terminal))];
  print(batch.id);
  print(table(rows.filter(([, value]) => value !== '')));
};

/** `switchyard batch status`. */
export const status = async (id: string, options: PrintOptions, terminal: Terminal): Promise<number> => {
  const client = new BatchClient(await connectionOf(options, terminal));
  const [batch, progress] = await Promise.all([client.get(id), client.progress(id)]);
  printStatus(batch, progress, options, terminal);
  return 0;
};

/** `switchyard batch cancel`. Requests that are under way may still succeed. */
export const cancel = async (id: string, options: PrintOptions, terminal: Terminal): Promise<number> => {
  const client = new BatchClient(await connectionOf(options, terminal));
  const batch = await client.cancel(id);
  printStatus(batch, await client.progress(id), options, terminal);
  return 0;
};
