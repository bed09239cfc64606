import type { RoutingPolicy } from './chooser.js';
import { pickByAffinity } from './affinity.js';
import { Candidates, type Gathering, type Leniency } from './candidates.js';
import { pickLeastLoaded } from './least-loaded.js';
import type { TextHash } from './rendezvous.js';
import type { Member, RouteShape } from './route-shape.js';

/** What a pick depends on, besides the state of the deployments. */
export interface Selection extends Gathering {
  /** Asked for only where there is a choice. */
  affinity(): TextHash | undefined;
  /** Is told what the choice went by. */
  policy: RoutingPolicy;
}

/** Finds who may be used, and of those the best. */
export class Selector {
  private readonly candidates = new Candidates();

  /** `random` is uniform in [0, 1). */
  constructor(private readonly random: () => number) {}

  /** Undefined when nobody may be used. Changes nothing that is known of deployments. */
  select(shape: RouteShape, selection: Selection): Member | undefined {
    const { candidates } = this;
    if (gatherLeniently(candidates, shape, selection) === undefined) return undefined;
    const key = candidates.count > 1 ? selection.affinity() : undefined;
    if (candidates.count > 1) selection.policy = key ? 'affinity' : 'least-loaded';
    const at = key
      ? pickByAffinity(candidates, key)
      : pickLeastLoaded(candidates, shape.picks, selection.now, this.random);
    return candidates.members[at];
  }
}

/**
 * Fills the candidates, as strictly as somebody can be found; undefined when nobody can. Panic is only for when nobody in any tier is
 * healthy: that this call has asked them all is none.
 */
export const gatherLeniently = (
  candidates: Candidates,
  shape: RouteShape,
  gathering: Gathering,
): Leniency | undefined => {
  for (const leniency of LENIENCIES) {
    candidates.gather(shape, gathering, leniency);
    if (candidates.count > 0) return leniency;
    if (leniency === 'short' && candidates.anyHealthy) return undefined;
  }
  return undefined;
};

const LENIENCIES = ['strict', 'short', 'panic'] as const;
