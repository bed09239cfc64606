import { layout } from '../layout.js';
import { type ChunkClaim, LEASE_MS } from '../redis/chunk-claims.js';
import type { WorkStore } from '../work-store.js';

/** How late a cancel or an end is noticed when nobody tells of it. */
const RENEW_MS = 1_000;

/** With so little left of a lease, nothing is sent any more. */
const SPARE_MS = 2_000;

/** A process that has not asked for so long was suspended: it hears what has become of its chunk before it sends anything more. */
const SUSPENDED_MS = 2 * RENEW_MS;

/** The work was canceled or its time is up: calls are aborted, what is answered is kept. */
export class WorkOver extends Error {
  override readonly name = 'WorkOver';
}

/** Somebody else has the chunk, or it is final: whatever is still done for it is in vain. */
export class ClaimLost extends Error {
  override readonly name = 'ClaimLost';
}

/**
 * A chunk while this process holds it. Says every second that it still does, and hears what becomes of the work. Without Redis it
 * goes on with what it has begun, and begins nothing more once somebody else could have taken the chunk.
 */
export class HeldClaim {
  private readonly running = new AbortController();
  private readonly holding = new AbortController();
  private readonly timer: NodeJS.Timeout;
  private readonly stopListening: () => void;
  private renewedAt: number;
  private lookedAt: number;
  /** Since when it has not been suspended. */
  private awakeSince: number;
  private asking = false;
  private kept: (() => void)[] = [];

  constructor(
    private readonly store: WorkStore,
    readonly claim: ChunkClaim,
    private readonly monotonic: () => number = () => performance.now(),
  ) {
    this.renewedAt = this.lookedAt = this.awakeSince = this.monotonic();
    this.timer = setInterval(() => void this.renew(), RENEW_MS);
    this.stopListening = store.news.listen(claim.work.id, (what) => {
      if (what === 'cancel') this.over();
      else void this.renew();
    });
  }

  /** Aborts with `WorkOver` or `ClaimLost` when no call may go on. */
  get runs(): AbortSignal {
    return this.running.signal;
  }

  /** Aborts with `ClaimLost` when nothing more can be recorded. */
  get holds(): AbortSignal {
    return this.holding.signal;
  }

  /** Resolves when a call may be sent; rejects with the reason of the signal, which has to abort with `runs` at the latest. */
  async untilSure(signal: AbortSignal): Promise<void> {
    while (!this.isSure()) {
      signal.throwIfAborted();
      await new Promise<void>((resolve) => {
        const look = (): void => {
          signal.removeEventListener('abort', look);
          resolve();
        };
        signal.addEventListener('abort', look);
        this.kept.push(look);
      });
    }
    signal.throwIfAborted();
  }

  /** The work is canceled or its time is up. */
  over(): void {
    this.running.abort(new WorkOver(`${this.claim.work.id} is over`));
    this.wake();
  }

  /** The chunk is somebody else's, as Redis has just said. */
  lose(): void {
    const reason = new ClaimLost(`another holds chunk ${this.claim.chunk.index} of ${this.claim.work.id}`);
    this.running.abort(reason);
    this.holding.abort(reason);
    this.wake();
  }

  /** No more signs of life. Does not give the chunk back. */
  close(): void {
    clearInterval(this.timer);
    this.stopListening();
  }

  private isSure(): boolean {
    const now = this.monotonic();
    if (now - this.lookedAt > SUSPENDED_MS || this.renewedAt < this.awakeSince) return false;
    return now - this.renewedAt <= LEASE_MS - SPARE_MS;
  }

  private async renew(): Promise<void> {
    const askedAt = this.monotonic();
    if (askedAt - this.lookedAt > SUSPENDED_MS) this.awakeSince = askedAt;
    this.lookedAt = askedAt;
    if (this.asking) return;
    this.asking = true;
    try {
      const state = await this.store.claims.renew(this.claim);
      if (state === 'stale' || (state === 'missing' && (await this.isGone()))) this.lose();
      else if (state !== 'missing') {
        this.renewedAt = askedAt;
        if (state === 'over') this.over();
        this.wake();
      }
    } catch {
      // Redis is away, which says nothing of the chunk.
    } finally {
      this.asking = false;
    }
  }

  /** Redis may have lost everything, and will know the work again; or the work was deleted. */
  private async isGone(): Promise<boolean> {
    const { storage } = this.store;
    return (await storage.size(layout.manifest(this.claim.work.id))) === undefined;
  }

  private wake(): void {
    for (const resolve of this.kept.splice(0)) resolve();
  }
}
