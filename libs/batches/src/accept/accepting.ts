import { setTimeout as pause } from 'node:timers/promises';
import type { ChunkOffers } from '../chunk-offers.js';
import { crashPoint } from '../crash-point.js';
import { stillSubmitting, tooManyBatches, tooManyRequests, unavailable } from '../desk-errors.js';
import { takeIn } from '../intake/intake.js';
import { layout } from '../layout.js';
import { encodeManifest, jobChunk, type StoredManifest } from '../manifest-file.js';
import { mintWorkId } from '../mint-work-id.js';
import { idempotencyDigest } from '../redis/keys.js';
import type { LoadLimits, Opening, Refused } from '../redis/submissions.js';
import { clearAway } from '../removal.js';
import type { Manifest, Submission } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { KeptAlive } from './kept-alive.js';

/** How long a submission waits for another with the same idempotency key: until one that has died is taken for dead. */
const WAIT_MS = 35_000;
const LOOK_EVERY_MS = 100;
/** Tries to make a work known that is in storage already. */
const TRIES = 3;

const NOTHING = Buffer.alloc(0);

/**
 * Takes works in. The manifest's creation is the moment from which a work is there; what a death before it leaves is cleared away,
 * and after it the reconciler does the rest. A caller who is told of a failure has nothing accepted, unless Redis went away in that very
 * moment: then storage says whether there is such a work, as after a death.
 */
export class Accepting {
  constructor(
    private readonly store: WorkStore,
    private readonly offers: ChunkOffers,
    private readonly limits: LoadLimits,
  ) {}

  /** Resolves with the id of the work, or of the one that came first with the same idempotency key; then `body` is not read. */
  async batch(submission: Submission, body: AsyncIterable<Buffer>): Promise<string> {
    return this.accept(submission, async (opening) => {
      const { storage } = this.store;
      const taken = await takeIn(body, {
        write: (index, lines) => storage.write(layout.input(opening.id, index), lines),
        discard: () => storage.removeAll(layout.work(opening.id)),
      });
      crashPoint('accept.spooled');
      return { manifest: this.manifest(submission, opening, taken), params: NOTHING };
    });
  }

  async job(submission: Submission, params: Buffer): Promise<string> {
    return this.accept(submission, async (opening) => {
      const chunk = jobChunk(params);
      return {
        manifest: this.manifest(submission, opening, { lines: 1, bytes: chunk.bytes, chunks: [chunk] }),
        params,
      };
    });
  }

  private manifest(
    submission: Submission,
    { id, idempotency }: Opening,
    taken: Pick<Manifest, 'lines' | 'bytes' | 'chunks'>,
  ): Manifest {
    const { expiresInMs, idempotencyKey: _, ...rest } = submission;
    const createdAt = this.store.now();
    return {
      version: 1,
      id,
      ...rest,
      createdAt,
      expiresAt: createdAt + expiresInMs,
      ...taken,
      idempotency: idempotency === '' ? undefined : idempotency,
    };
  }

  private async accept(
    { kind, workspace, idempotencyKey }: Submission,
    takeIn: (opening: Opening) => Promise<StoredManifest>,
  ): Promise<string> {
    const idempotency = idempotencyKey === undefined ? '' : idempotencyDigest(workspace, kind, idempotencyKey);
    const opening: Opening = { id: mintWorkId(kind), kind, workspace, idempotency };
    const earlier = await this.begin(opening);
    if (earlier !== undefined) return earlier;
    const alive = new KeptAlive(this.store.submissions, opening);
    try {
      const stored = await takeIn(opening);
      await alive.confirm();
      await this.store.storage.create(layout.manifest(opening.id), encodeManifest(stored));
      crashPoint('accept.manifest');
      const refused = await this.makeKnown(stored.manifest);
      if (refused?.refused === 'taken') {
        await this.withdraw(opening);
        const first = await this.begin(opening, refused);
        if (first === undefined) throw unavailable();
        return first;
      }
      if (refused) throw this.refusal(refused);
      crashPoint('accept.recorded');
      await this.offer(stored.manifest);
      return opening.id;
    } catch (error) {
      if ((await this.withdraw(opening)) === 'accepted') return opening.id;
      throw error;
    } finally {
      alive.close();
    }
  }

  /** Undefined: it is ours to take in. Else the work that another submission with the same key has made or is making. */
  private async begin(opening: Opening, before?: Refused): Promise<string | undefined> {
    const until = performance.now() + WAIT_MS;
    let refused = before ?? (await this.store.submissions.begin(opening, this.limits));
    while (refused) {
      if (refused.refused !== 'taken') throw this.refusal(refused);
      if (!refused.pending) return refused.by;
      if (performance.now() > until) throw stillSubmitting();
      await pause(LOOK_EVERY_MS);
      refused = await this.store.submissions.begin(opening, this.limits);
    }
    return undefined;
  }

  /**
   * Redis decides before anything is removed: the answer may be lost to a `create` that has succeeded, and a caller who tried again may
   * have been given the work. What cannot be decided or removed now is the reconciler's.
   */
  private async withdraw(opening: Opening): Promise<'accepted' | undefined> {
    try {
      const verdict = await this.store.submissions.condemn(opening);
      if (verdict === 'condemned') await clearAway(this.store, opening.id);
      return verdict === 'accepted' ? verdict : undefined;
    } catch {
      return undefined;
    }
  }

  /** The answer to a try may be lost though it succeeded, and to be refused afterwards would be a lie. */
  private async makeKnown(manifest: Manifest): Promise<Refused | undefined> {
    const { submissions, now } = this.store;
    for (let left = TRIES; ; left--) {
      try {
        return await submissions.create(manifest, now(), this.limits);
      } catch (error) {
        if (left === 1) throw error;
      }
      await pause(LOOK_EVERY_MS);
    }
  }

  /** The reconciler offers what cannot be offered now. */
  private async offer(manifest: Manifest): Promise<void> {
    const chunks = manifest.chunks.map(({ index }) => index);
    await this.offers.offer(manifest, chunks).catch(() => undefined);
    crashPoint('accept.offered');
  }

  private refusal({ refused }: Refused): Error {
    if (refused === 'batches') return tooManyBatches(this.limits.batches);
    if (refused === 'lines') return tooManyRequests(this.limits.lines);
    return unavailable();
  }
}
