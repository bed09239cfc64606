import { randomBytes } from 'node:crypto';
import { isWorkId, layout } from '../layout.js';
import { readManifest } from '../manifest-file.js';
import { removeWork } from '../removal.js';
import type { WorkStore } from '../work-store.js';
import type { RepairTurn } from './repair-turn.js';
import { restoreWork } from './restore.js';

/** Objects read at a time. */
const AT_ONCE = 16;
const PAGE = 1_000;
/** What has no manifest may be a submission of a process that has not been able to reach this Redis. */
const STRAY_MS = 3_600_000;

/**
 * Compares all of storage with what Redis knows, after Redis was started: it may have lost its last second, or everything. Works that
 * it does not know and works that have not ended there are restored; works that are gone from storage are forgotten.
 */
export class Comparison {
  constructor(
    private readonly store: WorkStore,
    private readonly turn: RepairTurn,
  ) {}

  /**
   * Resolves with the number of works that were looked into, once Redis is ready; undefined when the comparison was broken off, or
   * Redis has lost something meanwhile. Rejects with `StorageError` or what Redis says.
   */
  async run(): Promise<number | undefined> {
    const { sets, submissions } = this.store;
    const begun = await submissions.beginComparison(randomBytes(9).toString('base64url'));
    const open = await this.all((from) => sets.open(from, PAGE));
    const stored = await this.storedIds();
    const known = new Set<string>();
    for (let from = 0; from < stored.length; from += PAGE) {
      const ids = stored.slice(from, from + PAGE);
      const flags = await sets.known(ids);
      for (const [at, id] of ids.entries()) if (flags[at]) known.add(id);
    }
    const wanted = [...new Set([...stored.filter((id) => !known.has(id)), ...open])];
    await this.inParallel(wanted, (id) => this.tryTo(id, () => this.restore(id)));
    const inStorage = new Set(stored);
    const kept = await this.all((from) => sets.kept(from, PAGE));
    await this.inParallel(
      kept.filter((id) => !inStorage.has(id)),
      (id) => this.forget(id),
    );
    return this.turn.goesOn && (await submissions.endComparison(begun)) ? wanted.length : undefined;
  }

  private async inParallel(ids: readonly string[], act: (id: string) => Promise<void>): Promise<void> {
    const queue = ids.values();
    const worker = async (): Promise<void> => {
      for (const id of queue) if (this.turn.goesOn) await act(id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }

  /** A work that cannot be read must not keep all others waiting: it is reported, and tried again with what submissions have left. */
  private async tryTo(id: string, act: () => Promise<void>): Promise<void> {
    const { storage, submissions, sets, report } = this.store;
    try {
      await act();
    } catch (error) {
      // With storage or Redis away it is not the work that is at fault, and nothing was compared.
      await storage.check();
      await submissions.watch(id, await sets.now());
      report('batches.unreadable', { work: id, error: String(error) });
    }
  }

  private async restore(id: string): Promise<void> {
    const { storage, submissions, sets } = this.store;
    const stored = await readManifest(storage, id);
    if (stored) {
      // Its removal has been begun, or another submission with its idempotency key was accepted and nobody was told of this one.
      if ((await restoreWork(this.store, stored.manifest)) === 'refused') await removeWork(this.store, stored.manifest);
      return;
    }
    await this.forget(id);
    await submissions.watch(id, (await sets.now()) + STRAY_MS);
  }

  private async forget(id: string): Promise<void> {
    const work = await this.store.states.find(id);
    if (work) await this.store.submissions.forget(work);
  }

  private async storedIds(): Promise<string[]> {
    const ids: string[] = [];
    for await (const name of this.store.storage.children(layout.root)) if (isWorkId(name)) ids.push(name);
    return ids;
  }

  private async all(page: (from: number) => Promise<string[]>): Promise<string[]> {
    const ids: string[] = [];
    for (;;) {
      const more = await page(ids.length);
      if (more.length === 0) return ids;
      ids.push(...more);
    }
  }
}
