import { table } from '../check/table.js';
import { Failure } from '../failure.js';
import { listenForStop } from '../up/stop-signals.js';
import { BatchClient } from './batch-client.js';
import { connectionOf } from './connection.js';
import { LEFT } from './exit-codes.js';
import { count, counted, duration, size } from './figures.js';
import { hinter } from './hints.js';
import { Meter } from './meter.js';
import { persist } from './persist.js';
import { openSink, type ResultsSink } from './results-sink.js';
import { ResultsTally } from './results-tally.js';
import type { PrintOptions } from './status.js';
import { paints, type Terminal } from './terminal.js';
import { countsOf } from './watch/progress-words.js';
import type { Batch } from './wire.js';

/** The flags of `switchyard batch results`. */
export interface ResultsOptions extends PrintOptions {
  /** A file, or `-` for standard output. */
  output: string;
  force?: boolean;
}

const ATTEMPTS = 4;
const MOST_SAMPLES = 5;
const LONGEST_SAMPLE = 100;

const checkReady = (batch: Batch, options: ResultsOptions, terminal: Terminal): void => {
  const { id, processing_status: status, archived_at: archivedAt } = batch;
  if (status !== 'ended')
    throw new Failure(
      `${id} has no results yet: it is ${status}. Wait with\n  ${hinter(options, terminal)(`watch ${id}`)}`,
    );
  if (archivedAt !== null)
    throw new Failure(`The results of ${id} were removed at ${archivedAt}, when it was archived.`);
};

/** One way from the gateway to the sink. */
interface Fetching {
  batch: Batch;
  client: BatchClient;
  sink: ResultsSink;
  terminal: Terminal;
  stop: AbortSignal;
}

async function* tallied(pieces: AsyncIterable<Buffer>, tally: ResultsTally, meter: Meter): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    tally.push(piece);
    meter.set(tally.lines);
    yield piece;
  }
  tally.end();
}

const fetchAll = async ({ batch, client, sink, terminal, stop }: Fetching): Promise<ResultsTally> => {
  const total = Object.values(batch.request_counts).reduce((sum, each) => sum + each, 0);
  // Standard output may be the same terminal, where a line that is drawn over would be between the results.
  const meter = new Meter({ label: 'fetching', total, amount: count }, terminal);
  const attempt = async (): Promise<ResultsTally> => {
    const tally = new ResultsTally();
    await sink.write(tallied(client.results(batch.id), tally, meter));
    return tally;
  };
  try {
    return await persist(attempt, {
      attempts: sink.isRepeatable ? ATTEMPTS : 1,
      signal: stop,
      onAway: ({ brief }, waitMs) => {
        meter.end();
        terminal.complain(`The gateway ${brief}; beginning anew in ${duration(waitMs / 1000)}.`);
      },
    });
  } finally {
    meter.end();
  }
};

const summaryLines = (tally: ResultsTally, name: string, terminal: Terminal): string[] => {
  const { red } = paints(terminal);
  const { good, bad } = countsOf({ request_counts: { processing: 0, ...tally.counts } });
  const head = `${name}: ${counted(tally.lines, 'result')}, ${good}${bad ? `, ${red(bad)}` : ''} (${size(tally.bytes)})`;
  const { errors } = tally;
  if (errors.length === 0) return [head];
  const rows = errors
    .slice(0, MOST_SAMPLES)
    .map(({ type, count: times, customId, message }) => [
      `${count(times)} ×`,
      type,
      `${customId}: ${message.length > LONGEST_SAMPLE ? `${message.slice(0, LONGEST_SAMPLE)}…` : message}`,
    ]);
  const more = errors.length - rows.length;
  return [head, table(rows), ...(more > 0 ? [`  and ${counted(more, 'other kind')} of error`] : [])];
};

const report = (tally: ResultsTally, sink: ResultsSink, options: ResultsOptions, terminal: Terminal): void => {
  if (!options.json) return terminal.complain(summaryLines(tally, sink.name, terminal).join('\n'));
  const told = { file: sink.name, results: tally.lines, bytes: tally.bytes, ...tally.counts, errors: tally.errors };
  // Standard output is for the results, where they go there.
  const say = options.output === '-' ? terminal.complain : terminal.print;
  say(JSON.stringify(told, null, 2));
};

const deliver = async (fetching: Fetching, options: ResultsOptions): Promise<void> => {
  const { batch, sink, terminal } = fetching;
  try {
    const tally = await fetchAll(fetching);
    const missing = tally.missing(batch.request_counts);
    if (missing)
      throw new Failure(`The results are not those of the batch: ${missing}. Nothing was kept; fetch them again.`);
    await sink.commit();
    report(tally, sink, options, terminal);
  } catch (error) {
    await sink.discard();
    throw error;
  }
};

const isBrokenPipe = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'EPIPE';

/** `switchyard batch results`. Whatever cuts it off, the file is whole or not there. */
export const results = async (id: string, options: ResultsOptions, terminal: Terminal): Promise<number> => {
  const connection = await connectionOf(options, terminal);
  const signals = listenForStop();
  try {
    const client = new BatchClient(connection, signals.stop);
    const batch = await client.get(id);
    checkReady(batch, options, terminal);
    const sink = await openSink(options.output, terminal.stdout, options.force ?? false);
    await deliver({ batch, client, sink, terminal, stop: signals.stop }, options);
    return 0;
  } catch (error) {
    // Whoever reads has seen enough, such as `head`.
    if (isBrokenPipe(error)) return 0;
    if (!signals.stop.aborted) throw error;
    terminal.complain('Stopped. Nothing was kept.');
    return LEFT;
  } finally {
    signals.release();
  }
};
