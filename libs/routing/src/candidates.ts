import type { Member, RouteShape, Tier } from './route-shape.js';
import type { Block, Demand } from './target.js';

/** Below this share of a tier's weight, the next tier is considered too. */
const SPILL_SHARE = 0.5;

/**
 * How much is overlooked to find somebody. `strict`: nothing. `short`: too little headroom for the estimate, which may be wrong.
 * `panic`: breakers as well; never a refused credential, a running cooldown, or a limit.
 */
export type Leniency = 'strict' | 'short' | 'panic';

const passes = (block: Block | undefined, leniency: Leniency): boolean => {
  if (block === undefined) return true;
  if (leniency === 'strict') return false;
  if (block === 'short') return true;
  return leniency === 'panic' && (block === 'breaker-open' || block === 'breaker-probing');
};

/** What one gathering is about. */
export interface Gathering {
  now: number;
  demand: Demand;
  /** Not to be asked (again) by this call, whatever its health. */
  excludes(member: Member): boolean;
  /** Of no use to this call at all: as if it were not there. */
  ignores(member: Member): boolean;
}

/**
 * Who may be picked now. Made once and filled at every pick, because picking must not make garbage; so it is read before
 * the next filling, and picking is never interrupted.
 */
export class Candidates {
  readonly members: Member[] = [];
  /** Of each member: its weight, less while it comes back. */
  readonly weights: number[] = [];
  /** Room for whoever picks. */
  readonly scores: number[] = [];
  count = 0;
  totalWeight = 0;
  /** Somebody may be used as far as health goes, be it somebody whom this call has asked already. */
  anyHealthy = false;
  /** The number of tiers that were considered. */
  tiers = 0;

  gather({ tiers }: RouteShape, gathering: Gathering, leniency: Leniency): void {
    this.count = 0;
    this.totalWeight = 0;
    this.anyHealthy = false;
    this.tiers = 0;
    for (let at = 0; at < tiers.length; at++) {
      this.tiers++;
      const isEnough = this.gatherTier(tiers[at] as Tier, gathering, leniency);
      if (this.count > 0 && isEnough) return;
    }
  }

  /** Returns whether enough is healthy of the weight that is of any use to the call. */
  private gatherTier({ members }: Tier, gathering: Gathering, leniency: Leniency): boolean {
    const { now, demand } = gathering;
    let healthy = 0;
    let useful = 0;
    for (let at = 0; at < members.length; at++) {
      const member = members[at] as Member;
      if (member.weight === 0 || gathering.ignores(member)) continue;
      useful += member.weight;
      if (!passes(member.target.blocks(now, demand), leniency)) continue;
      const weight = member.weight * member.target.slowStart(now);
      healthy += weight;
      this.anyHealthy = true;
      if (!gathering.excludes(member)) this.add(member, weight);
    }
    return useful > 0 && healthy >= SPILL_SHARE * useful;
  }

  private add(member: Member, weight: number): void {
    this.members[this.count] = member;
    this.weights[this.count] = weight;
    this.totalWeight += weight;
    this.count++;
  }
}
