import { table } from '../check/table.js';
import { BatchClient } from './batch-client.js';
import { connectionOf } from './connection.js';
import { count } from './figures.js';
import type { PrintOptions } from './status.js';
import type { Terminal } from './terminal.js';
import type { Batch } from './wire.js';

/** The flags of `switchyard batch list`. */
export interface ListOptions extends PrintOptions {
  limit?: number;
  all?: boolean;
}

const USUAL = 20;
/** Of one page. */
const MOST = 1000;

const HEAD = ['id', 'status', 'created', 'requests', 'succeeded', 'errored', 'canceled', 'expired'];

const rowOf = ({ id, processing_status: status, created_at: createdAt, request_counts: counts }: Batch): string[] => {
  const { processing, succeeded, errored, canceled, expired } = counts;
  const all = processing + succeeded + errored + canceled + expired;
  // The list has no counts of a batch that has not ended.
  const ends = status === 'ended' ? [succeeded, errored, canceled, expired].map(count) : [];
  return [id, status, createdAt, count(all), ...ends];
};

/** So many of the newest batches, page by page, and whether there are more. */
const collect = async (client: BatchClient, wanted: number): Promise<{ batches: Batch[]; more: boolean }> => {
  const batches: Batch[] = [];
  for (let after: string | undefined; ; ) {
    const page = await client.page(Math.min(MOST, wanted - batches.length), after);
    batches.push(...page.data);
    after = page.last_id ?? undefined;
    if (!page.has_more || after === undefined) return { batches, more: false };
    if (batches.length >= wanted) return { batches, more: true };
  }
};

/** `switchyard batch list`: the newest first. */
export const list = async (options: ListOptions, terminal: Terminal): Promise<number> => {
  const { print, complain } = terminal;
  const client = new BatchClient(await connectionOf(options, terminal));
  const { batches, more } = await collect(client, options.all ? Infinity : (options.limit ?? USUAL));
  if (options.json) print(JSON.stringify(batches, null, 2));
  else if (batches.length === 0) complain('There is no batch yet.');
  else print(table([HEAD, ...batches.map(rowOf)]));
  if (more && !options.json) complain('There are more; --all lists them.');
  return 0;
};
