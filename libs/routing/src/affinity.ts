import type { Candidates } from './candidates.js';
import { rendezvousScore, type TextHash } from './rendezvous.js';
import type { Member } from './route-shape.js';

/** So much more than its share may be in flight at a home before its conversations go to their second choice. */
const BOUND = 1.25;
/** So few calls at once are no load, whatever share of it they are: where there is little traffic, two of three would be too many. */
const FEW = 3;
const TAKEN = -1;

/**
 * The first in the key's own order of the candidates that is not above its share of the load: consistent hashing with bounded
 * loads. Health has made the candidates and plays no part in the order, so a conversation returns to its home when that returns; a home
 * that comes back slowly has a smaller share until then. A lower tier's homes come before those of a tier that only helps out.
 * Returns a place among the candidates, of which there must be one.
 */
export const pickByAffinity = (candidates: Candidates, key: TextHash): number => {
  if (candidates.count === 1) return 0;
  const bound = score(candidates, key);
  for (let left = candidates.count; left > 0; left--) {
    const at = first(candidates);
    if (isWithin(candidates, at, bound)) return at;
    candidates.scores[at] = TAKEN;
  }
  // Somebody is always within the bound, since the bounds add up to more than the load. Rounding must not make that untrue.
  return 0;
};

/** All candidates, in the order in which one call would try them. */
export const inOrderOfAffinity = (candidates: Candidates, key: TextHash): { member: Member; standing: undefined }[] => {
  const bound = score(candidates, key);
  const within: number[] = [];
  const above: number[] = [];
  for (let left = candidates.count; left > 0; left--) {
    const at = first(candidates);
    (isWithin(candidates, at, bound) ? within : above).push(at);
    candidates.scores[at] = TAKEN;
  }
  return [...within, ...above].map((at) => ({ member: candidates.members[at] as Member, standing: undefined }));
};

/** Fills `scores`. Returns how much may be in flight for each unit of weight. */
const score = ({ count, members, scores, totalWeight }: Candidates, key: TextHash): number => {
  let inFlight = 0;
  for (let at = 0; at < count; at++) {
    const { target, hash, weight } = members[at] as Member;
    inFlight += target.inFlight;
    // The configured weight, not the momentary one: the order is the same on every replica and at every moment.
    scores[at] = rendezvousScore(key, hash, weight);
  }
  return (BOUND * (inFlight + 1)) / totalWeight;
};

/** Whoever comes back has less of its weight, and few are fewer there. */
const isWithin = ({ members, weights }: Candidates, at: number, bound: number): boolean => {
  const { target, weight } = members[at] as Member;
  return target.inFlight + 1 <= Math.ceil(Math.max(bound, FEW / weight) * (weights[at] ?? 0));
};

/** The highest score of the lowest tier that has not been taken. */
const first = ({ count, members, scores }: Candidates): number => {
  let best = -1;
  for (let at = 0; at < count; at++) {
    const score = scores[at] ?? TAKEN;
    if (score === TAKEN) continue;
    if (best === -1) best = at;
    else if ((members[at] as Member).tier !== (members[best] as Member).tier) return best;
    else if (score > (scores[best] ?? TAKEN)) best = at;
  }
  return Math.max(0, best);
};
