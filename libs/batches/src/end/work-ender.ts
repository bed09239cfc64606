import { randomBytes } from 'node:crypto';
import type { ChunkOffers } from '../chunk-offers.js';
import { crashPoint } from '../crash-point.js';
import { decideOnce } from '../decide-once.js';
import { layout } from '../layout.js';
import { readJson } from '../read-json.js';
import type { Closing, StoredClaim } from '../redis/work-states.js';
import type { ChunkSealer } from '../seal/chunk-sealer.js';
import { decideJob } from '../seal/job-result.js';
import type { Manifest } from '../work.js';
import type { WorkStore } from '../work-store.js';
import type { EndRecord } from './end-record.js';

/** Holders that live abort and seal by themselves within a second or two. After this their chunks are taken from them. */
const PATIENCE_MS = 3_000;

const recordOf = (work: Manifest, closing: Closing & { state: 'closed' }): EndRecord => {
  const { closedAt, canceled, sealed, counted } = closing;
  const rest = canceled ? 'canceled' : 'expired';
  const { succeeded, errored } = counted.counts;
  return {
    version: 1,
    startedAt: counted.startedAt,
    endedAt: Math.max(closedAt, work.createdAt),
    counts: { ...counted.counts, [rest]: work.lines - succeeded - errored },
    usage: counted.usage,
    duplicateCalls: counted.duplicateCalls,
    rest,
    sealed: sealed.toString('base64'),
  };
};

/** Brings works to their end, once, whoever tries and however often. */
export class WorkEnder {
  constructor(
    private readonly store: WorkStore,
    private readonly sealer: ChunkSealer,
    private readonly offers: ChunkOffers,
  ) {}

  /**
   * Ends a work that has nothing left to run: all its chunks are sealed, or it is over and nobody is at it any more. Does nothing
   * when it has. Rejects with `StorageError` or what Redis says; then it wants to be tried again.
   */
  async finish(work: Manifest): Promise<void> {
    const closing = await this.store.states.close(work.id);
    if (closing.state !== 'closed' && closing.state !== 'busy') return;
    // Or workers would be busy with finding out, chunk by chunk, that there is nothing to do.
    await this.offers.withdraw(work);
    if (closing.state === 'closed') return this.end(work, closing);
    const idle = closing.claims.filter(({ live }) => !live || closing.overForMs > PATIENCE_MS);
    await this.sealAll(work, idle);
    if (idle.length < closing.claims.length) return;
    const again = await this.store.states.close(work.id);
    if (again.state === 'closed') await this.end(work, again);
  }

  /** Makes Redis agree with an end that is in storage. */
  async adopt(work: Manifest, record: EndRecord): Promise<void> {
    await this.store.states.end(work, record);
    crashPoint('end.marked');
  }

  private async end(work: Manifest, closing: Closing & { state: 'closed' }): Promise<void> {
    crashPoint('end.closed');
    const record = recordOf(work, closing);
    const { rest, startedAt, duplicateCalls } = record;
    await this.adopt(
      work,
      work.kind === 'job'
        ? await decideJob(this.store, work, { rest, startedAt, duplicateCalls })
        : await this.decide(work, record),
    );
  }

  /** One object is created, and its first creator's is how the batch ended. */
  private async decide(work: Manifest, record: EndRecord): Promise<EndRecord> {
    const decided = await decideOnce(this.store, layout.ended(work.id), {
      bytes: Buffer.from(JSON.stringify(record)),
      ours: record,
      read: () => readEndRecord(this.store, work.id),
    });
    crashPoint('end.written');
    return decided ?? record;
  }

  /** One chunk that cannot be sealed does not keep the others waiting; rejects with the first one's reason when it has tried all. */
  private async sealAll(work: Manifest, claims: readonly StoredClaim[]): Promise<void> {
    const failures: unknown[] = [];
    for (const claim of claims) {
      try {
        await this.sealWhatIsThere(work, claim);
      } catch (error) {
        // With storage away none can be.
        await this.store.storage.check();
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** Of a work that is over: takes a chunk that somebody began, so that nothing more is recorded for it, and seals it. */
  private async sealWhatIsThere(work: Manifest, { chunk: index, live }: StoredClaim): Promise<void> {
    const chunk = work.chunks[index];
    if (!chunk) return;
    const token = randomBytes(6).toString('base64url');
    const claim = await this.store.claims.claim(work, chunk, { token, purpose: live ? 'force' : 'end' });
    if (typeof claim === 'string') return;
    if (work.kind === 'batch') await this.sealer.seal(work, chunk, { partly: true });
    else {
      const { cancelInitiatedAt } = (await this.store.states.find(work.id)) ?? {};
      const rest = cancelInitiatedAt === undefined ? 'expired' : 'canceled';
      const { startedAt, resent } = claim;
      await this.adopt(work, await decideJob(this.store, work, { rest, startedAt, duplicateCalls: resent }));
    }
  }
}

/** How a batch has ended; undefined while it has not. Rejects with `StorageError`. */
export const readEndRecord = ({ storage }: Pick<WorkStore, 'storage'>, id: string): Promise<EndRecord | undefined> =>
  readJson<EndRecord>(storage, layout.ended(id));
