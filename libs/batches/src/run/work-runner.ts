import { randomBytes } from 'node:crypto';
import type { ChunkOffers } from '../chunk-offers.js';
import { crashPoint } from '../crash-point.js';
import type { WorkEnder } from '../end/work-ender.js';
import type { LineSlots } from '../line-slots.js';
import type { StoredManifest } from '../manifest-file.js';
import type { ChunkClaim } from '../redis/chunk-claims.js';
import type { ChunkSealer } from '../seal/chunk-sealer.js';
import type { LineRunner, Manifest } from '../work.js';
import type { WorkStore } from '../work-store.js';
import { ChunkRun } from './chunk-run.js';
import { Grace } from './grace.js';
import { HeldClaim } from './held-claim.js';
import { JobRun } from './job-run.js';

/** What runs are made of. */
export interface Running {
  store: WorkStore;
  runner: LineRunner;
  slots: LineSlots;
  offers: ChunkOffers;
  sealer: ChunkSealer;
  ender: WorkEnder;
  /** How long calls may go on after a stop was asked for, in milliseconds. */
  graceMs: number;
  /** A line is sent that was sent before: whoever did so was lost before its answer was kept. */
  onSentAgain?: (work: Manifest) => void;
}

/**
 * - `done`: it is sealed, or its work is over; nothing is left to do.
 * - `held`: somebody else is at it.
 * - `lost`: it was taken over while it ran.
 * - `unfinished`: it was given back, because this worker stops or because storage has lost its part; it is offered again.
 * - `unknown`: there is no such work, or Redis does not know it yet; then it will be offered again.
 */
export type RunOutcome = 'done' | 'held' | 'lost' | 'unfinished' | 'unknown';

/** Runs chunks: what a worker does with each one that the scheduler gives it. */
export class WorkRunner {
  constructor(private readonly running: Running) {}

  /** `stop` aborts when the worker is to stop. Rejects when the chunk could not be claimed: Redis or storage is away. */
  async run(id: string, chunk: number, stop: AbortSignal): Promise<RunOutcome> {
    const { store, ender } = this.running;
    const stored = await store.manifests.read(id);
    const part = stored?.manifest.chunks[chunk];
    if (!stored || !part || stop.aborted) return stored && part ? 'unfinished' : 'unknown';
    const token = randomBytes(6).toString('base64url');
    const claim = await store.claims.claim(stored.manifest, part, { token, purpose: 'run' });
    if (claim === 'held') return 'held';
    if (claim === 'missing') return 'unknown';
    if (typeof claim === 'string') {
      await ender.finish(stored.manifest);
      return 'done';
    }
    crashPoint('claim.taken');
    return this.runClaimed(stored, claim, stop);
  }

  private async runClaimed(
    { manifest, params }: StoredManifest,
    claim: ChunkClaim,
    stop: AbortSignal,
  ): Promise<RunOutcome> {
    const held = new HeldClaim(this.running.store, claim);
    const grace = new Grace(stop, this.running.graceMs);
    const job = manifest.kind === 'job' ? new JobRun(this.running, held, grace) : undefined;
    try {
      const outcome = await (job ? job.run(params) : new ChunkRun(this.running, held, grace).run());
      if (outcome === 'unfinished') await this.giveBack(held, job?.inFlight ? 1 : 0);
      return outcome;
    } catch (error) {
      if (held.holds.aborted) {
        this.running.store.report('batches.stale', { work: manifest.id, chunk: claim.chunk.index, epoch: claim.epoch });
        return 'lost';
      }
      if (!stop.aborted)
        this.running.store.report('batches.chunk_failed', {
          work: manifest.id,
          chunk: claim.chunk.index,
          error: String(error),
        });
      // Without a stop it is not offered at once, or it would fail as fast as it can.
      await this.giveBack(held, job?.inFlight ? 1 : 0, stop.aborted);
      return 'unfinished';
    } finally {
      held.close();
      grace.close();
    }
  }

  /** What cannot be told now shows by itself when the lease runs out. */
  private async giveBack(held: HeldClaim, sent: number, offer = true): Promise<void> {
    const { store, offers } = this.running;
    const { claim } = held;
    // Its next sign of life would take the chunk up again.
    held.close();
    try {
      await store.claims.release(claim, sent);
      if (offer) await offers.offer(claim.work, [claim.chunk.index]);
    } catch (error) {
      store.report('batches.waiting', { what: 'giving back a chunk', error: String(error) });
    }
  }
}
