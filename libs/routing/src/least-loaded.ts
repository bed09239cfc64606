import type { Candidates } from './candidates.js';
import type { Member } from './route-shape.js';

/** Slower than this many times the fastest, a candidate is drawn less often. */
const TOLERATED = 2;
/** A score this old, and this many picks old, is looked at afresh. */
const STALE_MS = 5_000;
const STALE_PICKS = 20;
const UNKNOWN = -1;

/** Whoever has not been asked for a while gets one request on equal terms: nobody else would learn that it is fast again. */
const isDue = ({ target, pickedAt }: Member, picks: number, now: number): boolean =>
  target.inFlight === 0 && picks - pickedAt >= STALE_PICKS && now - target.firstByte.at >= STALE_MS;

/** Fills `scores` with the times to the first byte. Returns the best. */
const readTimes = (candidates: Candidates, picks: number, now: number): number => {
  let best = Number.POSITIVE_INFINITY;
  for (let at = 0; at < candidates.count; at++) {
    const member = candidates.members[at] as Member;
    const time = isDue(member, picks, now) ? UNKNOWN : (member.target.firstByte.read(now) ?? UNKNOWN);
    candidates.scores[at] = time;
    if (time !== UNKNOWN && time < best) best = time;
  }
  return best;
};

/** What the draw goes by: the weight, less for whoever is clearly slow. Who is not known counts as fast as the best. */
const chanceOf = (candidates: Candidates, at: number, best: number): number => {
  const weight = candidates.weights[at] ?? 0;
  const time = candidates.scores[at] ?? UNKNOWN;
  return time > TOLERATED * best ? (weight * TOLERATED * best) / time : weight;
};

const draw = (candidates: Candidates, best: number, upTo: number): number => {
  let rest = upTo;
  for (let at = 0; at < candidates.count; at++) {
    rest -= chanceOf(candidates, at, best);
    if (rest < 0) return at;
  }
  return candidates.count - 1;
};

/** Requests in flight for each unit of weight, in units of the mean weight, and the one that is to come. */
const loadOf = (candidates: Candidates, at: number): number => {
  const { members, weights, totalWeight, count } = candidates;
  return 1 + ((members[at] as Member).target.inFlight * totalWeight) / (count * (weights[at] ?? 1));
};

/** `at` and `against`: the two that were drawn. */
const costOf = (candidates: Candidates, at: number, against: number): number => {
  const time = candidates.scores[at] ?? UNKNOWN;
  return loadOf(candidates, at) * (time === UNKNOWN || candidates.scores[against] === UNKNOWN ? 1 : time);
};

/** Of the two that were drawn, the one that is picked. */
const cheaperOf = (candidates: Candidates, one: number, other: number): number =>
  costOf(candidates, other, one) < costOf(candidates, one, other) ? other : one;

/**
 * Two are drawn by weight, with replacement, and the one with the lower `time to the first byte × load` is picked (power of two choices).
 * A time that is not known counts as the other's, so that a new deployment starts among its equals.
 * Returns a place among the candidates, of which there must be one. `random` is uniform in [0, 1).
 */
export const pickLeastLoaded = (candidates: Candidates, picks: number, now: number, random: () => number): number => {
  if (candidates.count === 1) return 0;
  const best = readTimes(candidates, picks, now);
  let sum = 0;
  for (let at = 0; at < candidates.count; at++) sum += chanceOf(candidates, at, best);
  const one = draw(candidates, best, random() * sum);
  const other = draw(candidates, best, random() * sum);
  return cheaperOf(candidates, one, other);
};

/** How a candidate stands in the draw, for people. */
export interface Standing {
  /** Its time to the first byte times its load: the lower of two that are drawn is picked. Times that are not known count as the best. */
  score: number;
  /** Its chance of being picked: the chances of all pairs that it would win. Those of all candidates add up to one. */
  share: number;
}

/** What a pick would see now. */
export const standings = (candidates: Candidates, picks: number, now: number): Standing[] => {
  const best = readTimes(candidates, picks, now);
  const usual = Number.isFinite(best) ? best : 1;
  const chances = Array.from({ length: candidates.count }, (_, at) => chanceOf(candidates, at, best));
  const sum = chances.reduce((total, chance) => total + chance, 0);
  const shares = chances.map(() => 0);
  for (const [one, first] of chances.entries())
    for (const [other, second] of chances.entries()) {
      const picked = cheaperOf(candidates, one, other);
      shares[picked] = (shares[picked] ?? 0) + (first * second) / sum ** 2;
    }
  return shares.map((share, at) => {
    const time = candidates.scores[at] ?? UNKNOWN;
    return { share, score: loadOf(candidates, at) * (time === UNKNOWN ? usual : time) };
  });
};
