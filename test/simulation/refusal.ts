import { GOSSIP_MS } from './gossip-board.js';
import type { RefusalRule } from './refusal-rule.js';
import type { ReplicaClock } from './replica-clock.js';

/** Marks that are shorter than known ones by less than this are not told again. */
const NO_NEWS_MS = 1_000;
/** When somebody has just taken a mark back, a new one may be told a second time before it is taken. */
const AFTER_LIFTING_MS = 2_000;
/** For the rounding of what is said to be certainly over. */
const SLACK_MS = 3_000;
/** A clock that goes back makes a replica lose the time since it last looked. */
const JUMP_SLACK_MS = 60_000;

/**
 * One refusal, and what each replica can know of it. Where that cannot be known to the millisecond there are two answers, and each is asked for
 * where it is the safe one: `isRunning` and `isKnown` are true only when they certainly are, `mayHold` is false only when it certainly does not.
 */
export class Refusal {
  private readonly clocks: readonly ReplicaClock[];
  private readonly until: { least: number; most: number };
  private readonly heardAt: number;
  /** Replicas that may know that it is over. */
  private readonly lifted = new Set<number>();
  /** Replicas that certainly know that it is over, and since when. */
  private readonly over = new Map<number, number>();

  constructor(
    readonly at: number,
    readonly by: number,
    { leastMs, mostMs }: RefusalRule,
    { liftedAt, clocks }: { liftedAt: number; clocks: readonly ReplicaClock[] },
  ) {
    this.clocks = clocks;
    this.until = { least: at + leastMs, most: at + mostMs };
    this.heardAt = at + GOSSIP_MS + (at - liftedAt < AFTER_LIFTING_MS + GOSSIP_MS ? AFTER_LIFTING_MS : 0);
    // The lifting may be on its way still, and then lifts this one, too.
    if (at - liftedAt <= GOSSIP_MS) for (const replica of clocks.keys()) this.lifted.add(replica);
  }

  /** Nobody may be sent there by this replica. */
  isRunning(replica: number, now: number): boolean {
    if (!this.isKnown(replica, now) || this.clock(replica).jumpedAheadAt >= this.at) return false;
    return now < this.until.least - (replica === this.by ? 0 : 2 * NO_NEWS_MS);
  }

  /** The replica has heard of it, and of nothing that has ended it; its time may be up. What a clock does that has jumped is not claimed to be known. */
  isKnown(replica: number, now: number): boolean {
    if (this.lifted.has(replica)) return false;
    return replica === this.by ? now >= this.at : now >= this.heardAt && !this.hasJumped(replica);
  }

  /** It may still keep this replica away. */
  mayHold(replica: number, now: number): boolean {
    if ((this.over.get(replica) ?? Number.POSITIVE_INFINITY) <= now) return false;
    return now <= this.until.most + SLACK_MS + (this.hasJumped(replica) ? JUMP_SLACK_MS : 0);
  }

  /** A request of this replica, begun then, was accepted: what it was sent in spite of is over, and the others are told. */
  proven(replica: number, startedAt: number, now: number): void {
    if (this.isKnown(replica, startedAt)) this.over.set(replica, now);
    for (const other of this.clocks.keys()) if (other !== replica || this.at <= startedAt) this.lifted.add(other);
  }

  /** An operator has told this replica that all is well, and it tells the others. */
  enabled(replica: number, now: number): void {
    for (const other of this.clocks.keys()) {
      this.lifted.add(other);
      this.over.set(other, other === replica ? now : now + SLACK_MS);
    }
  }

  /** Whatever the other forbids, this one forbids too, and for as long. */
  covers({ by, until }: Refusal): boolean {
    return by === this.by && until.least <= this.until.least && until.most <= this.until.most;
  }

  private hasJumped(replica: number): boolean {
    return this.clock(replica).jumpedAt > Number.NEGATIVE_INFINITY;
  }

  private clock(replica: number): ReplicaClock {
    const clock = this.clocks[replica];
    if (!clock) throw new Error(`There is no replica ${replica}.`);
    return clock;
  }
}
