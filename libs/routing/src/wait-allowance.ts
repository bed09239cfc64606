import type { Member } from './route-shape.js';
import type { Standstill } from './standstill.js';

/** A call is made to wait no longer than this in all. */
const MOST_MS = 5_000;
/** So short a `retry-after` is worth waiting for when nobody else can be asked. */
const WORTH_WAITING_MS = 2_000;
/** Those who wait for the same do not all return in the same millisecond. */
const SPREAD = 0.1;

/** How long to wait, and whom to ask again then although it has failed. */
export interface Wait {
  ms: number;
  again: Member | undefined;
}

/** What one call may still wait for. */
export class WaitAllowance {
  private waited = 0;
  private offered: Member | undefined;
  private hasAskedAgain = false;

  /** `routeMs`: how long the route lets a call wait for the first to return. */
  constructor(
    private readonly routeMs: number,
    private readonly random: () => number,
  ) {}

  /** A rate limit was met that may say when it is over. Of several, the one that ends first is worth waiting for. */
  offer(member: Member, toldMs: number | undefined): void {
    if (toldMs === undefined || toldMs > WORTH_WAITING_MS) return;
    if (!this.offered || returnOf(member) < returnOf(this.offered)) this.offered = member;
  }

  /** The wait that is worth it now; undefined when none is. */
  take(standstill: Standstill, now: number): Wait | undefined {
    return this.takeOffer(now) ?? this.takeReturn(standstill);
  }

  private takeOffer(now: number): Wait | undefined {
    const { offered } = this;
    this.offered = undefined;
    if (!offered || this.hasAskedAgain) return undefined;
    const left = returnOf(offered) - now;
    const ms = left > WORTH_WAITING_MS ? undefined : this.spend(left, MOST_MS);
    if (ms === undefined) return undefined;
    this.hasAskedAgain = true;
    return { ms, again: offered };
  }

  private takeReturn({ remainingMs, isPaced, deployment }: Standstill): Wait | undefined {
    if (deployment === undefined || remainingMs === undefined) return undefined;
    const ms = this.spend(remainingMs, isPaced ? MOST_MS : Math.min(MOST_MS, this.routeMs));
    return ms === undefined ? undefined : { ms, again: undefined };
  }

  /** How long to wait for what is so far off; undefined where that is too long. */
  private spend(ms: number, most: number): number | undefined {
    const left = most - this.waited;
    if (!(ms <= left)) return undefined;
    const wait = Math.max(1, Math.min(left, Math.ceil(ms * (1 + SPREAD * this.random()))));
    this.waited += wait;
    return wait;
  }
}

const returnOf = ({ target }: Member): number => target.shared.suspensions['credential-model'].until;
