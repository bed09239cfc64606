import { crashPoint } from '../crash-point.js';
import { layout } from '../layout.js';
import { readChunkInput } from '../run/chunk-input.js';
import { type ChunkLogs, type LoggedAnswer, readChunkLogs } from '../run/chunk-logs.js';
import type { Chunk, Line, Manifest } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { encodeSeal, readSealHeader, resultLine } from './seal-file.js';
import type { SealHeader } from './seal-header.js';

/** `incomplete`: lines have no answer that can be read. `last`: all chunks of the work are sealed now. */
export type Sealed = 'incomplete' | 'sealed' | 'last';

/** The answer that was counted; if its record cannot be read any more, the first that can. */
const chooseAnswers = ({ answers }: ChunkLogs, winners: ReadonlyMap<number, string>): Map<number, LoggedAnswer> =>
  new Map(
    [...answers].flatMap(([line, given]) => {
      const answer = given.find(({ log }) => log === winners.get(line)) ?? given[0];
      return answer ? [[line, answer]] : [];
    }),
  );

const addUp = (answers: Iterable<LoggedAnswer>): Record<string, number> => {
  const usage: Record<string, number> = {};
  for (const answer of answers)
    for (const [kind, amount] of Object.entries(answer.usage)) usage[kind] = (usage[kind] ?? 0) + amount;
  return usage;
};

const compose = (chunk: Chunk, lines: readonly Line[], { starts }: ChunkLogs, chosen: Map<number, LoggedAnswer>) => {
  const header: SealHeader = {
    version: 1,
    statuses: Array.from({ length: chunk.lines }, (_, line) => chosen.get(line)?.letter ?? '-').join(''),
    usage: addUp(chosen.values()),
    duplicateCalls: [...starts.values()].reduce((sum, times) => sum + times - 1, 0),
  };
  const results = lines.flatMap(({ customId }, line) => {
    const answer = chosen.get(line);
    return answer ? [resultLine(customId, answer.result)] : [];
  });
  return { header, bytes: encodeSeal(header, results) };
};

/**
 * Makes the results of chunks final. One object is created, and only its first creator's counts: so whoever else seals the same
 * chunk, knowing more or less or having slept meanwhile, finds out what was decided and goes on from there.
 */
export class ChunkSealer {
  constructor(private readonly store: WorkStore) {}

  /** Takes up what is in storage already. Undefined: the chunk is not sealed. Rejects with `StorageError` or what Redis says. */
  async adopt(work: Manifest, chunk: Chunk): Promise<Sealed | undefined> {
    const header = await readSealHeader(this.store.storage, layout.output(work.id, chunk.index));
    return header && this.mark(work, chunk, header);
  }

  /** `partly`: lines without an answer stay so, for the work is over. Rejects with `StorageError` or what Redis says. */
  async seal(work: Manifest, chunk: Chunk, { partly }: { partly: boolean }): Promise<Sealed> {
    const { storage, claims } = this.store;
    const [lines, logs, winners] = await Promise.all([
      readChunkInput(storage, work, chunk),
      readChunkLogs(this.store, work, chunk),
      claims.winners(work, chunk),
    ]);
    const chosen = chooseAnswers(logs, winners);
    if (!partly && chosen.size < chunk.lines) return (await this.adopt(work, chunk)) ?? 'incomplete';
    const { header, bytes } = compose(chunk, lines, logs, chosen);
    crashPoint('seal.before');
    const isOurs = await storage.create(layout.output(work.id, chunk.index), bytes);
    crashPoint('seal.written');
    return isOurs ? this.mark(work, chunk, header) : ((await this.adopt(work, chunk)) ?? 'incomplete');
  }

  private async mark(work: Manifest, chunk: Chunk, header: SealHeader): Promise<Sealed> {
    const isLast = await this.store.claims.seal(work, chunk, header);
    crashPoint('seal.marked');
    // They are of no more use. What cannot be removed now is removed with the work.
    await this.store.storage.removeAll(layout.logsOf(work.id, chunk.index)).catch(() => undefined);
    return isLast ? 'last' : 'sealed';
  }
}
