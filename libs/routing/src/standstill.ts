import type { Deployment } from '#core';
import type { NoChoice } from './chooser.js';
import { explainBlock } from './exclusion.js';
import type { Exclusion } from './explanation.js';
import type { Member, RouteShape } from './route-shape.js';
import type { Block, Demand } from './target.js';

/** Who is turned away by the throttle may be luckier then. */
const THROTTLED_MS = 2_000;

/** Why a route's deployments cannot be used, summed up. */
export interface Standstill {
  reason: Exclude<NoChoice['reason'], 'tried'>;
  /** When the first returns; undefined where nobody can tell. */
  remainingMs: number | undefined;
  /** Nobody could be used now, as far as health goes. */
  isBlocked: boolean;
  /** The first to return is only paced, which is a wait like any other for a batch. */
  isPaced: boolean;
  deployment: Deployment | undefined;
}

const reasonOf = (block: Block, member: Member, now: number): Standstill['reason'] => {
  switch (block) {
    case 'limited':
    case 'no-headroom':
    case 'short':
    case 'paced':
      return 'rate-limited';
    case 'cooldown':
      return member.target.shared.suspensions['credential-model'].until > now ? 'rate-limited' : 'overloaded';
    case 'breaker-open':
    case 'breaker-probing':
      return 'overloaded';
    case 'disabled':
    case 'credential-probing':
      return 'unavailable';
  }
};

/** A refused account comes back last in people's minds too: what can be waited for is told before it. */
const isBetter = (one: Standstill, other: Standstill): boolean => {
  const unavailable = [one, other].map(({ reason }) => reason === 'unavailable');
  if (unavailable[0] !== unavailable[1]) return other.reason === 'unavailable';
  return (one.remainingMs ?? Number.POSITIVE_INFINITY) < (other.remainingMs ?? Number.POSITIVE_INFINITY);
};

/**
 * Finds the first deployment to return, among those that `counts` names. A throttled one is not blocked by its health, and could be
 * tried again any moment.
 */
export const standstillOf = (
  { tiers }: RouteShape,
  now: number,
  demand: Demand,
  counts: (member: Member) => boolean,
): Standstill => {
  let best: Standstill = {
    reason: 'unavailable',
    remainingMs: undefined,
    isBlocked: true,
    isPaced: false,
    deployment: undefined,
  };
  for (const member of tiers.flatMap(({ members }) => members)) {
    if (member.weight === 0 || !counts(member)) continue;
    const found = standstillAt(member, now, demand);
    const isBlocked = best.isBlocked && found.isBlocked;
    if (best.deployment === undefined || isBetter(found, best)) best = found;
    best = { ...best, isBlocked };
  }
  return best;
};

const standstillAt = (member: Member, now: number, demand: Demand): Standstill => {
  const { deployment, target } = member;
  const block = target.blocks(now, demand);
  const noPlaceMs = target.ownLimit.noPlaceMs(now);
  if (block === undefined && noPlaceMs > 0)
    return { reason: 'rate-limited', remainingMs: noPlaceMs, isBlocked: true, isPaced: false, deployment };
  if (block === undefined)
    return { reason: 'overloaded', remainingMs: THROTTLED_MS, isBlocked: false, isPaced: false, deployment };
  const { remainingMs }: Exclusion = explainBlock(target, block, now, demand);
  return { reason: reasonOf(block, member, now), remainingMs, isBlocked: true, isPaced: block === 'paced', deployment };
};
