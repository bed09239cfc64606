import type { ChunkOffers } from '../chunk-offers.js';
import type { WorkEnder } from '../end/work-ender.js';
import { readManifest } from '../manifest-file.js';
import { clearAway, removeWork } from '../removal.js';
import type { Manifest } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { archiveWork } from './archiver.js';
import { Comparison } from './comparison.js';
import { RepairTurn } from './repair-turn.js';
import { recountWork, restoreWork } from './restore.js';

/** Works that are over are looked for so often. */
const EVERY_MS = 1_000;
/** And all others so often. */
const ALL_EVERY_MS = 5_000;
/** A holder gives a sign of life in less. */
const RETURN_MS = 2_000;
/** Works looked into at a time: with more open ones it takes several turns. */
const MOST_AT_ONCE = 2_000;

/**
 * Puts right what was left half done by whoever died: takes works to their end that are over, offers chunks again that nobody holds,
 * completes or clears away broken submissions, makes Redis know again what it has lost. One process at a time does it; two do no
 * harm, because each step is one that anybody may take at any time.
 */
export class Reconciler {
  private readonly turn: RepairTurn;
  private readonly comparison: Comparison;
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private allAt = 0;
  private openFrom = 0;

  constructor(
    private readonly store: WorkStore,
    private readonly deps: {
      offers: ChunkOffers;
      ender: WorkEnder;
      /** How long after its creation a work's results are dropped, in milliseconds. */
      archiveAfterMs: number;
    },
  ) {
    this.turn = new RepairTurn(store.sets);
    this.comparison = new Comparison(store, this.turn);
  }

  start(): void {
    this.timer ??= setInterval(() => void this.tick(), EVERY_MS);
    void this.tick();
  }

  /** Resolves when nothing of it is under way any more, and it is another's turn. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    this.turn.breakOff();
    await this.running;
    await this.turn.leave();
  }

  /** Never rejects: what could not be done is done at the next turn. */
  async tick(): Promise<void> {
    this.running ??= this.turn
      .take(() => this.repair())
      .catch((error: unknown) => this.store.report('batches.waiting', { what: 'repairing', error: String(error) }))
      .finally(() => {
        this.running = undefined;
      });
    await this.running;
  }

  private async repair(): Promise<void> {
    const { sets, submissions, report } = this.store;
    if (!(await submissions.isReady())) {
      const works = await this.comparison.run();
      if (works === undefined) return;
      // Whoever runs a chunk takes it up again first: nothing need be sent twice because Redis has forgotten whose it is.
      this.allAt = performance.now() + RETURN_MS;
      report('batches.compared', { works });
    }
    const now = await sets.now();
    await this.each(await sets.over(now, MOST_AT_ONCE), (id) => this.finish(id));
    if (performance.now() < this.allAt) return;
    this.allAt = performance.now() + ALL_EVERY_MS;
    await this.each(await submissions.abandoned(now, MOST_AT_ONCE), (id) => this.decide(id));
    await this.each(await submissions.trash(now, MOST_AT_ONCE), (id) => clearAway(this.store, id));
    await this.each(await this.nextOpen(), (id) => this.lookAfter(id));
    await this.each(await sets.toArchive(now - this.deps.archiveAfterMs, MOST_AT_ONCE), (id) =>
      archiveWork(this.store, id),
    );
  }

  /** One that cannot be put right must not keep the others waiting. */
  private async each(ids: readonly string[], act: (id: string) => Promise<unknown>): Promise<void> {
    for (const id of ids) {
      if (!this.turn.goesOn) return;
      await act(id).catch((error: unknown) =>
        this.store.report('batches.waiting', { what: 'repairing', work: id, error: String(error) }),
      );
    }
  }

  private async nextOpen(): Promise<string[]> {
    const ids = await this.store.sets.open(this.openFrom, MOST_AT_ONCE);
    this.openFrom = ids.length < MOST_AT_ONCE ? 0 : this.openFrom + ids.length;
    return ids;
  }

  private async finish(id: string): Promise<void> {
    const work = await this.manifest(id);
    if (work) await this.deps.ender.finish(work);
  }

  /** Of an open work. */
  private async lookAfter(id: string): Promise<void> {
    const { states, report } = this.store;
    const look = await states.look(id);
    if (!look) return;
    const unknown = look.idle.length > 0 ? await this.unknown(id, look.idle) : [];
    // Mostly nothing is to be done, and storage need not be asked.
    if (look.counted && !look.complete && !look.restoring && unknown.length === 0) return;
    const work = await this.manifest(id);
    if (!work) return;
    if (!look.counted) {
      report('batches.recounted', { work: id });
      await recountWork(this.store, work);
    } else if (look.restoring) await restoreWork(this.store, work);
    if (look.complete) await this.deps.ender.finish(work);
    else if (unknown.length > 0) await this.deps.offers.offer(work, unknown);
  }

  /** Chunks that the scheduler has lost. */
  private async unknown(id: string, idle: readonly number[]): Promise<readonly number[]> {
    const work = await this.store.states.find(id);
    return work ? this.deps.offers.unknown(work, idle) : [];
  }

  /** A submission that has given no sign of life: with a manifest it was accepted, else nothing of it may stay. */
  private async decide(id: string): Promise<void> {
    const stored = await readManifest(this.store.storage, id);
    if (!stored) await this.store.submissions.condemn({ id, idempotency: '' });
    else if ((await restoreWork(this.store, stored.manifest)) === 'refused')
      await removeWork(this.store, stored.manifest);
    else
      await this.deps.offers.offer(
        stored.manifest,
        stored.manifest.chunks.map(({ index }) => index),
      );
  }

  /** Undefined when there is none any more, and then Redis forgets it too. */
  private async manifest(id: string): Promise<Manifest | undefined> {
    const stored = await this.store.manifests.read(id);
    if (stored) return stored.manifest;
    const work = await this.store.states.find(id);
    if (work) await this.store.submissions.forget(work);
    return undefined;
  }
}
