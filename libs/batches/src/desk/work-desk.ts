import { Accepting } from '../accept/accepting.js';
import type { ChunkOffers } from '../chunk-offers.js';
import { crashPoint } from '../crash-point.js';
import { deleted, notEnded, orUnavailable, unavailable, unknownCursor } from '../desk-errors.js';
import type { WorkEnder } from '../end/work-ender.js';
import { isWorkId, layout } from '../layout.js';
import { readManifest } from '../manifest-file.js';
import { readCancelRecord, restoreWork } from '../recover/restore.js';
import type { LoadLimits } from '../redis/submissions.js';
import type { StoredWork } from '../redis/work-hash.js';
import { removeWork } from '../removal.js';
import { readJobResult } from '../seal/job-result.js';
import type { JobEvent, LineResult, PageRequest, Submission, Work, WorkKind, WorkPage, Works } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { JobEvents } from './job-events.js';
import { resultLines } from './result-lines.js';
import { untilEnded } from './until-ended.js';

/** What a desk is made of. */
export interface DeskParts {
  store: WorkStore;
  offers: ChunkOffers;
  ender: WorkEnder;
  /** Of each workspace. */
  limits: LoadLimits;
}

/** Where works are handed in, asked after and picked up. */
export class WorkDesk implements Works {
  private readonly accepting: Accepting;

  constructor(private readonly parts: DeskParts) {
    this.accepting = new Accepting(parts.store, parts.offers, parts.limits);
  }

  submitBatch(submission: Submission, body: AsyncIterable<Buffer>): Promise<Work> {
    return orUnavailable(async () => this.accepted(submission, await this.accepting.batch(submission, body)));
  }

  submitJob(submission: Submission, params: Buffer): Promise<Work> {
    return orUnavailable(async () => this.accepted(submission, await this.accepting.job(submission, params)));
  }

  find(workspace: string, kind: WorkKind, id: string): Promise<Work | undefined> {
    return orUnavailable(() => this.look(workspace, kind, id));
  }

  page(workspace: string, kind: WorkKind, request: PageRequest): Promise<WorkPage> {
    return orUnavailable(async () => {
      const { states, submissions } = this.parts.store;
      // Half a list would look like a whole one.
      if (!(await submissions.isReady())) throw unavailable();
      const page = await states.page(workspace, kind, request);
      if (!page) throw unknownCursor(request.afterId === undefined ? 'before_id' : 'after_id');
      return page;
    });
  }

  cancel(workspace: string, kind: WorkKind, id: string): Promise<Work | undefined> {
    return orUnavailable(async () => {
      const { storage, states, now, manifests } = this.parts.store;
      const work = await this.look(workspace, kind, id);
      if (!work || work.status !== 'in_progress') return work;
      await storage.create(layout.canceled(id), Buffer.from(JSON.stringify({ canceledAt: now() })));
      crashPoint('cancel.written');
      await states.cancel(id, (await readCancelRecord(storage, id))?.canceledAt ?? now());
      const canceled = await this.look(workspace, kind, id);
      // What nobody is at can end now; the rest, and what goes wrong here, is the reconciler's.
      const stored = await manifests.read(id);
      if (stored) this.parts.ender.finish(stored.manifest).catch(() => undefined);
      return canceled;
    });
  }

  delete(workspace: string, kind: WorkKind, id: string): Promise<boolean> {
    return orUnavailable(async () => {
      const work = await this.look(workspace, kind, id);
      if (!work) return false;
      if (work.status !== 'ended') throw notEnded(id);
      await removeWork(this.parts.store, work);
      return true;
    });
  }

  async *results(work: Work): AsyncGenerator<Buffer> {
    if (work.status !== 'ended' || work.archivedAt !== undefined) return;
    const { storage } = this.parts.store;
    // Not one that is remembered: it may have been deleted elsewhere since.
    const stored = await orUnavailable(() => readManifest(storage, work.id));
    if (!stored) throw deleted(work.id);
    try {
      yield* resultLines(storage, stored.manifest);
    } catch (error) {
      throw unavailable(error);
    }
  }

  result(work: Work): Promise<LineResult | undefined> {
    return orUnavailable(async () => (work.status === 'ended' ? readJobResult(this.parts.store, work.id) : undefined));
  }

  async waitForEnd(work: Work, withinMs: number, signal: AbortSignal): Promise<Work> {
    if (work.status === 'ended') return work;
    const { workspace, kind, id } = work;
    const look = () => this.find(workspace, kind, id);
    const { news } = this.parts.store;
    await untilEnded(
      { news, id, look },
      AbortSignal.any([signal, AbortSignal.timeout(Math.max(0, Math.ceil(withinMs)))]),
    );
    return (await look()) ?? work;
  }

  async *events(work: Work, lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<JobEvent> {
    const look = () => this.look(work.workspace, work.kind, work.id);
    try {
      yield* new JobEvents(this.parts.store, look, lastEventId).watch(work.id, signal);
    } catch (error) {
      throw unavailable(error);
    }
  }

  private async accepted({ workspace, kind }: Submission, id: string): Promise<Work> {
    const work = await this.look(workspace, kind, id);
    if (!work) throw unavailable();
    return work;
  }

  /** Another workspace's work is none. One that Redis does not know may be one that it has lost, and is restored. */
  private async look(workspace: string, kind: WorkKind, id: string): Promise<StoredWork | undefined> {
    if (!isWorkId(id)) return undefined;
    const { states, storage } = this.parts.store;
    const isTheirs = (work: { workspace: string; kind: WorkKind } | undefined): boolean =>
      work?.workspace === workspace && work.kind === kind;
    const known = await states.find(id);
    if (known) return isTheirs(known) ? known : undefined;
    const { manifest } = (await readManifest(storage, id)) ?? {};
    if (!manifest || !isTheirs(manifest)) return undefined;
    await restoreWork(this.parts.store, manifest);
    return states.find(id);
  }
}
