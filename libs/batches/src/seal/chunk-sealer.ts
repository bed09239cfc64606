import { crashPoint } from '../crash-point.js';
import { layout } from '../layout.js';
import { readCustomIds } from '../run/chunk-input.js';
import { type ChunkLogs, type LoggedAnswer, readChunkLogs } from '../run/chunk-logs.js';
import { decideOnce } from '../decide-once.js';
import { unlessDamaged } from '../unless-damaged.js';
import type { Chunk, Manifest } from '../work.js';
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

/** Lines whose id is lost have no result, because nobody could tell whose it is. */
const compose = (
  ids: readonly (string | undefined)[],
  { starts }: ChunkLogs,
  answers: ReadonlyMap<number, LoggedAnswer>,
): { header: SealHeader; bytes: Buffer } => {
  const chosen = new Map([...answers].filter(([line]) => ids[line] !== undefined));
  const header: SealHeader = {
    version: 1,
    statuses: ids.map((_, line) => chosen.get(line)?.letter ?? '-').join(''),
    usage: addUp(chosen.values()),
    duplicateCalls: [...starts.values()].reduce((sum, times) => sum + times - 1, 0),
  };
  const results = ids.flatMap((id, line) => {
    const answer = chosen.get(line);
    return answer && id !== undefined ? [resultLine(id, answer.result)] : [];
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
    const path = layout.output(work.id, chunk.index);
    const header = await unlessDamaged(this.store, () => this.header(path), { path, instead: undefined });
    return header && this.mark(work, chunk, header);
  }

  /** `partly`: lines without an answer stay so, for the work is over. Rejects with `StorageError` or what Redis says. */
  async seal(work: Manifest, chunk: Chunk, { partly }: { partly: boolean }): Promise<Sealed> {
    const { storage, claims } = this.store;
    const [ids, logs, winners] = await Promise.all([
      readCustomIds(storage, work, chunk),
      readChunkLogs(this.store, work, chunk),
      claims.winners(work, chunk),
    ]);
    const chosen = chooseAnswers(logs, winners);
    if (!partly && chosen.size < chunk.lines) return (await this.adopt(work, chunk)) ?? 'incomplete';
    const { header, bytes } = compose(ids, logs, chosen);
    crashPoint('seal.before');
    const path = layout.output(work.id, chunk.index);
    const decided = await decideOnce(this.store, path, { bytes, ours: header, read: () => this.header(path) });
    crashPoint('seal.written');
    return decided ? this.mark(work, chunk, decided) : 'incomplete';
  }

  private header(path: string): Promise<SealHeader | undefined> {
    return readSealHeader(this.store.storage, path);
  }

  private async mark(work: Manifest, chunk: Chunk, header: SealHeader): Promise<Sealed> {
    const isLast = await this.store.claims.seal(work, chunk, header);
    crashPoint('seal.marked');
    // They are of no more use. What cannot be removed now is removed with the work.
    await this.store.storage.removeAll(layout.logsOf(work.id, chunk.index)).catch(() => undefined);
    return isLast ? 'last' : 'sealed';
  }
}
