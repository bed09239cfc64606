import { exactly, type Figure } from '../figure.js';
import type { Batch, BatchView, Counts, ResultLine } from './batch.js';

/** What is wrong with a batch's results. */
interface Wrongs {
  missing: number;
  /** Ids with more than one line. */
  doubled: number;
  unknown: number;
  unreadable: number;
  /** Lines that have the answer to another. */
  mixedUp: number;
  /** By how much the object's counts differ from what the lines say. */
  miscounted: number;
  examples: string[];
}

const read = (line: string): ResultLine | undefined => {
  try {
    return JSON.parse(line) as ResultLine;
  } catch {
    return undefined;
  }
};

const miscount = (said: Counts, lines: readonly ResultLine[], total: number): number => {
  const kinds = ['succeeded', 'errored', 'canceled', 'expired'] as const;
  const off = kinds.map((kind) => Math.abs(said[kind] - lines.filter(({ result }) => result.type === kind).length));
  const sum = kinds.reduce((all, kind) => all + said[kind], said.processing);
  return off.reduce((all, one) => all + one, Math.abs(sum - total) + said.processing);
};

const isAnswerTo = (id: string, { content }: { content: { text?: string }[] }): boolean =>
  content.map(({ text = '' }) => text).join('') === id;

const wrongsOf = (ids: readonly string[], view: BatchView, lines: readonly string[]): Wrongs => {
  const parsed = lines.map(read);
  const readable = parsed.filter((line) => line !== undefined);
  const known = new Set(ids);
  const seen = new Map<string, number>();
  for (const { custom_id: id } of readable) seen.set(id, (seen.get(id) ?? 0) + 1);
  const missing = ids.filter((id) => !seen.has(id));
  const doubled = [...seen].filter(([, count]) => count > 1).map(([id]) => id);
  const unknown = [...seen.keys()].filter((id) => !known.has(id));
  const mixedUp = readable.filter(({ custom_id: id, result }) => result.message && !isAnswerTo(id, result.message));
  return {
    mixedUp: mixedUp.length,
    missing: missing.length,
    doubled: doubled.length,
    unknown: unknown.length,
    unreadable: parsed.length - readable.length,
    miscounted: miscount(view.request_counts, readable, ids.length),
    examples: [...missing, ...doubled, ...unknown].slice(0, 5),
  };
};

/** The figures that every experiment on a batch has: exactly one line for each request, and counts that say the same. */
export const auditOf = async (batch: Batch, view: BatchView): Promise<Figure[]> => {
  const wrongs = wrongsOf(batch.customIds, view, await batch.results());
  const { missing, doubled, unknown, unreadable, mixedUp, miscounted } = wrongs;
  const note = JSON.stringify(wrongs);
  return [
    exactly(0, {
      name: 'lines missing, doubled, unknown, unreadable or mixed up',
      value: missing + doubled + unknown + unreadable + mixedUp,
      note,
    }),
    exactly(0, {
      name: 'results that are counted wrongly',
      value: miscounted,
      note: JSON.stringify(view.request_counts),
    }),
  ];
};
